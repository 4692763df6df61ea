import { lstat, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "@peapod/machinery/node";
import { type DnsmasqFiles, renderDnsmasqConfig } from "../render/dnsmasq.ts";
import type { DhcpPlan } from "./types.ts";

export interface DnsmasqOptions {
  readonly netnsPath: string;
  /** The guest's run folder; the server's files are in `net/` in it, which only root writes. */
  readonly runDir: string;
  /** Groups to start it in; it stays there when we are gone. */
  readonly cgroupPaths: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** @param podInterface  names the files: a pod may have several servers */
export function dnsmasqFiles(runDir: string, podInterface: string): DnsmasqFiles {
  const path = (ending: string): string => join(runDir, "net", `dnsmasq-${podInterface}.${ending}`);
  return { config: path("conf"), leases: path("leases"), pid: path("pid"), log: path("log") };
}

/** Joins the groups, enters the namespace and becomes the server, which detaches itself once it listens. */
const script = `net=$1 config=$2
shift 2
for group; do echo 0 > "$group/cgroup.procs"; done
exec nsenter --net="$net" dnsmasq --conf-file="$config"`;

/**
 * Sees to it that a guest's DHCP server runs with this configuration. One that already does is left alone, so that leases and the
 * guest's view of its server survive us.
 *
 * @throws {ProgramError} with dnsmasq's own words when it cannot start
 */
export async function ensureDnsmasq(
  plan: DhcpPlan,
  podInterface: string,
  options: DnsmasqOptions,
): Promise<DnsmasqFiles> {
  const files = dnsmasqFiles(options.runDir, podInterface);
  const config = renderDnsmasqConfig(plan, files);
  const before = await readFile(files.config, "utf8").catch(() => undefined);
  if (before === config && (await findDnsmasq(files)) !== undefined) return files;
  await stopDnsmasq(files);
  await makeOwnFolder(join(options.runDir, "net"));
  await writeFile(files.config, config, { mode: 0o600 });
  await run(["sh", "-c", script, "sh", options.netnsPath, files.config, ...options.cgroupPaths], {
    signal: options.signal,
    timeoutMs: 20_000,
  });
  return files;
}

/** What is read there is run as root: the folder must be ours, not one that the guest's user has put in its place. */
async function makeOwnFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  const entry = await lstat(path);
  if (!entry.isDirectory() || entry.uid !== process.getuid?.()) {
    throw new Error(`Cannot keep files of the guest's network in "${path}": it belongs to user ${entry.uid}`);
  }
}

/** Ends a server and waits until it is gone; nothing running counts as done. */
export async function stopDnsmasq(files: DnsmasqFiles): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const pid = await findDnsmasq(files);
    if (pid === undefined) break;
    signalProcess(pid, attempt < 100 ? "SIGTERM" : "SIGKILL");
    await sleep(attempt === 0 ? 2 : 20);
  }
  await rm(files.pid, { force: true });
}

/** The server's pid, when the process of the pid file is really it: numbers are used again. */
export async function findDnsmasq(files: DnsmasqFiles): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(files.pid, "utf8").catch(() => ""), 10);
  if (!(pid > 1)) return undefined;
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  return words.includes(`--conf-file=${files.config}`) ? pid : undefined;
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
