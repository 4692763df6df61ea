import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type Log, peapodVersion } from "@peapod/machinery";
import {
  createHttpsFetch,
  createLog,
  listCheckpoints,
  loadKubeconfig,
  readJsonFile,
  run,
  setDieAfter,
  writeFileDurably,
} from "@peapod/machinery/node";
import { startAgent } from "@peapod/node";
import { type Acceleration, probeAcceleration } from "@peapod/qemu/node";
import type { NodeConfig } from "../config/parse-config.ts";
import { type InstancePaths, openInstance } from "../instance/paths.ts";
import { releaseStartUpMemory } from "../supervise/start-up-memory.ts";
import type { AgentReport } from "./report.ts";

/** For each of the two runs of the probe's guest. */
const probeDeadlineMs = 4_000;

export interface NodeContext {
  readonly stop: AbortSignal;
  readonly dieAfter: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** `peapod node`: the agent, until it is told to stop. Its guests run on. @returns exit code */
export async function runNode(config: NodeConfig, { stop, dieAfter, env }: NodeContext): Promise<number> {
  setDieAfter(dieAfter);
  const log = createLog({ component: "agent", level: config.verbose ? "debug" : "info" });
  const paths = openInstance(config.dataDir);
  await mkdir(paths.runDir, { recursive: true, mode: 0o711 });
  using https = createHttpsFetch(await loadKubeconfig({ path: config.kubeconfig, env: {} }));
  const [ca, cert, key] = await Promise.all(
    ["ca.crt", "tls.crt", "tls.key"].map((name) => readFile(join(config.tlsDir, name), "utf8")),
  );
  if (ca === undefined || cert === undefined || key === undefined) throw new Error(`Cannot read ${config.tlsDir}`);
  const qemu = await findQemu();
  const acceleration = await findAcceleration(paths, qemu.version, env["PEAPOD_ACCELERATION"], log);
  const agent = await startAgent({
    nodeName: config.nodeName,
    paths,
    client: createClient({ fetch: https.fetch }),
    tls: { ca, cert, key },
    acceleration,
    qemu,
    version: peapodVersion,
    log,
    now: () => new Date(),
    signal: stop,
  });
  const report: AgentReport = {
    pid: process.pid,
    acceleration: { mode: acceleration.accelerator, because: acceleration.because },
    checkpoints: listCheckpoints(),
    adopted: agent.adopted.map(({ name, startedAt }) => ({ name, age: ageSince(startedAt) })),
  };
  await writeFileDurably(join(paths.runDir, "agent-report.json"), JSON.stringify(report));
  log.info("agent ready", {
    node: config.nodeName,
    adopted: report.adopted.length,
    acceleration: acceleration.accelerator,
  });
  void releaseStartUpMemory(stop);
  await agent.done;
  return 0;
}

async function findQemu(): Promise<{ readonly path: string; readonly version: string }> {
  const name = process.arch === "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64";
  const path = `/usr/bin/${name}`;
  const version = await run([path, "--version"], { timeoutMs: 10_000 }).then(
    ({ stdout }) => /version (\S+)/.exec(stdout)?.[1] ?? "",
    // A machine without QEMU still has a node; its guests say what is missing, and start once it is there.
    () => "",
  );
  return { path, version };
}

/** Tried once for each boot and QEMU; `kvm` or `tcg` in the environment overrides. */
async function findAcceleration(
  paths: InstancePaths,
  qemuVersion: string,
  wish: string | undefined,
  log: Log,
): Promise<Acceleration> {
  if (wish === "kvm" || wish === "tcg") return { accelerator: wish, because: "PEAPOD_ACCELERATION says so" };
  const file = join(paths.runDir, "acceleration.json");
  const known = (await readJsonFile(file)) as (Acceleration & { readonly qemuVersion: string }) | undefined; // written below
  if (known?.qemuVersion === qemuVersion) return known;
  try {
    const found = await probeAcceleration({ deadlineMs: probeDeadlineMs });
    await writeFileDurably(file, JSON.stringify({ ...found, qemuVersion }));
    return found;
  } catch (error) {
    log.warn("acceleration not tried", { error });
    return { accelerator: "tcg", because: "QEMU could not be tried" };
  }
}

/** `3h`, `11d` */
function ageSince(startedAt: string): string {
  const seconds = Math.max(0, (Date.now() - Date.parse(startedAt)) / 1000);
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
  ] as const;
  const [unit, size] = units.find(([, length]) => seconds >= 2 * length) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}
