import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";
import { findPortTroubles } from "@peapod/network";

const bridge = "benchports";
const link = (number: number): string => `benchport${number}`;
const others = (number: number): string => `benchpeer${number}`;

/** @returns a look at the node's ends of so many guests' interfaces, with nothing wrong with any of them; and what takes them away */
export async function makePorts(count: number): Promise<AsyncDisposable & { readonly look: () => Promise<unknown> }> {
  await using undo = new AsyncDisposableStack();
  const resultsDir = await mkdtemp(join(tmpdir(), "peapod-bench-ports-"));
  undo.defer(() => rm(resultsDir, { recursive: true }));
  const numbers = Array.from({ length: count }, (_, index) => index);
  const batch = (lines: readonly string[]) => run(["ip", "-batch", "-"], { input: `${lines.join("\n")}\n` });
  undo.defer(async () => {
    await batch([`link delete ${bridge}`, ...numbers.map((number) => `link delete ${link(number)}`)]);
  });
  await batch([
    `link add ${bridge} up type bridge`,
    ...numbers.map((number) => `link add ${link(number)} up master ${bridge} type veth peer name ${others(number)}`),
  ]);
  for (const number of numbers) await writeFile(join(resultsDir, `lan-${number}-eth0.json`), renderResult(number));
  const cni = { resultsDir, pluginPath: [], timeoutMs: 0 };
  const defaults = { bridge, mtu: 1500, stateDir: resultsDir };
  const resources = undo.move();
  return {
    look: () => findPortTroubles({ cni, defaults }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function renderResult(number: number): string {
  return JSON.stringify({
    formatVersion: 1,
    attachment: { containerId: String(number), ifName: "eth0", netnsPath: "/run/netns/bench", args: {} },
    network: { name: "lan", cniVersion: "1.0.0", plugins: [{ type: "bridge", bridge }], disableCheck: false },
    result: {
      interfaces: [{ name: bridge }, { name: link(number) }, { name: "eth0", sandbox: "/run/netns/bench" }],
      ips: [{ address: "10.66.0.2/24", interface: 2 }],
      routes: [],
      dns: {},
    },
  });
}
