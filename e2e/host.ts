/** Machines of a test network: network namespaces that answer HTTP with their name. */
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, execute, type Outcome, succeed } from "./harness.ts";

/** One machine that is none of Peapod's. */
export interface Host {
  readonly name: string;
  /** Without prefix length. */
  readonly addresses: readonly string[];
  /** Runs a program there; the outcome, whatever it is. */
  run(...argv: readonly string[]): Promise<Outcome>;
  /** What an HTTP server says to it; undefined when there is no answer within two seconds. */
  get(url: string): Promise<string | undefined>;
  /** Whether one of three pings comes back. */
  pings(address: string): Promise<boolean>;
}

/** Where a host's cable ends. */
export interface Plug {
  /** Puts the far end of a host's interface, a link of the machine's namespace, onto the network and raises it. */
  connect(link: string): Promise<void>;
}

/**
 * Makes a host, plugs it in and lets it serve its own name on port 80.
 *
 * @param addresses  with prefix length
 * @param options.gateway  where its default route leads
 */
export async function createHost(
  name: string,
  addresses: readonly string[],
  plug: Plug,
  options: { readonly gateway?: string | undefined; readonly undo: AsyncDisposableStack },
): Promise<Host> {
  const { gateway, undo } = options;
  const namespace = `host-${name}`;
  const outer = `v-${name}`;
  await ip("netns", "add", namespace);
  undo.defer(() => removeNamespace(namespace));
  await ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace);
  const run = (...argv: readonly string[]): Promise<Outcome> =>
    execute("ip", ["netns", "exec", namespace, ...argv], process.env);
  await plug.connect(outer);
  for (const address of addresses) {
    const family = address.includes(":") ? ["nodad"] : [];
    await ip("-n", namespace, "address", "add", address, "dev", "eth0", ...family);
  }
  for (const link of ["lo", "eth0"]) await ip("-n", namespace, "link", "set", link, "up");
  if (gateway !== undefined) await ip("-n", namespace, "route", "add", "default", "via", gateway);
  // A userspace switch sees frames before any hardware would fill their checksums in.
  succeed(await run("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off"));
  await serveName(name, run, undo);
  return {
    name,
    addresses: addresses.map((address) => address.replace(/\/.*/, "")),
    run,
    async get(url) {
      const outcome = await run("curl", "--silent", "--globoff", "--max-time", "2", url);
      return outcome.code === 0 ? outcome.stdout.trim() : undefined;
    },
    async pings(address) {
      return (await run("busybox", "ping", "-c", "3", "-W", "1", address)).code === 0;
    },
  };
}

/** Waits until what answers a host's HTTP request at an address names itself so. */
export async function answers(host: Host, address: string, name: string, withinMs?: number): Promise<void> {
  const url = `http://${address.includes(":") ? `[${address}]` : address}/`;
  const look = async () => (await host.get(url))?.includes(name);
  await eventually(`${name} answers ${host.name} at ${address}`, look, withinMs);
}

async function serveName(name: string, run: Host["run"], undo: AsyncDisposableStack): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "peapod-host-"));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "index.html"), `${name}\n`);
  succeed(await run("busybox", "httpd", "-p", "[::]:80", "-h", folder));
}

async function removeNamespace(namespace: string): Promise<void> {
  const { stdout } = await execute("ip", ["netns", "pids", namespace]);
  for (const pid of stdout.split("\n").filter(Boolean)) process.kill(Number(pid), "SIGKILL");
  await execute("ip", ["netns", "delete", namespace]);
}

/** Runs `ip` in the machine's own namespace. @throws {Error} with what it said */
export async function ip(...args: readonly string[]): Promise<string> {
  return succeed(await execute("ip", args)).stdout;
}
