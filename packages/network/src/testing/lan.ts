import { run } from "@peapod/machinery/node";

/** A network beyond the machine: a bridge in a namespace of its own, the machine's NIC on it, and hosts. */
export interface Lan extends AsyncDisposable {
  /** Runs a program on the LAN's gateway, which has the first address, and gives what it printed. */
  readonly run: (...argv: readonly string[]) => Promise<string>;
}

/**
 * @param options.nic  the machine's, `ens192`
 * @param options.gateway  `10.7.0.1/16`; `options.node` the machine's own, `10.7.120.11/16`
 */
export async function makeLan(options: {
  readonly nic: string;
  readonly gateway: readonly string[];
  readonly node: readonly string[];
}): Promise<Lan> {
  const { nic, gateway, node } = options;
  const netns = `lan-${nic}`;
  const nodad = (address: string): string => (address.includes(":") ? " nodad" : "");
  for (const line of [
    `netns add ${netns}`,
    `link add ${nic} type veth peer name port0 netns ${netns}`,
    `-n ${netns} link add br0 type bridge`,
    `-n ${netns} link set port0 master br0 up`,
    ...gateway.map((address) => `-n ${netns} address add ${address} dev br0${nodad(address)}`),
    `-n ${netns} link set br0 up`,
    ...node.map((address) => `address add ${address} dev ${nic}${nodad(address)}`),
    `link set ${nic} up`,
  ]) {
    await run(["ip", ...line.split(" ")]);
  }
  return {
    run: async (...argv) => (await run(["ip", "netns", "exec", netns, ...argv], { timeoutMs: 30_000 })).stdout,
    [Symbol.asyncDispose]: async () => {
      await run(["ip", "link", "delete", nic]);
      await run(["ip", "netns", "delete", netns]);
    },
  };
}
