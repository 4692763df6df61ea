/** A LAN that Peapod did not make, with hosts on it, behind a NIC of the machine. */
import { execute } from "./harness.ts";
import { createHost, type Host, ip } from "./host.ts";

export interface Underlay extends AsyncDisposable {
  /**
   * @param addresses  with prefix length
   * @param gateway  where its default route leads
   */
  addHost(name: string, addresses: readonly string[], gateway?: string): Promise<Host>;
  /** Takes the machine's NIC away, and with it all that was made on it. */
  unplug(): Promise<void>;
  /** Gives the machine its NIC, with its addresses. */
  plug(): Promise<void>;
}

/**
 * A switch in a namespace of its own, and on it the machine with a NIC of its own (a veth end: this kernel may have no other).
 *
 * @param options.addresses  the machine's on that NIC, with prefix length
 * @param options.gateway  where the machine's default route leads; make a host with that address
 */
export async function createUnderlay(options: {
  readonly nic?: string;
  readonly addresses: readonly string[];
  readonly gateway?: string;
}): Promise<Underlay> {
  const { nic = "ens192", addresses, gateway } = options;
  await using undo = new AsyncDisposableStack();
  const lan = `lan-${nic}`;
  await ip("netns", "add", lan);
  undo.defer(async () => {
    await execute("ip", ["netns", "delete", lan]);
  });
  await ip("-n", lan, "link", "add", "switch", "type", "bridge");
  await ip("-n", lan, "link", "set", "switch", "up");
  const connect = async (link: string): Promise<void> => {
    await ip("link", "set", link, "netns", lan);
    await ip("-n", lan, "link", "set", link, "master", "switch", "up");
  };
  const plug = async (): Promise<void> => {
    await ip("link", "add", nic, "type", "veth", "peer", "name", "machine", "netns", lan);
    await ip("-n", lan, "link", "set", "machine", "master", "switch", "up");
    for (const address of addresses) {
      await ip("address", "add", address, "dev", nic, ...(address.includes(":") ? ["nodad"] : []));
    }
    await ip("link", "set", nic, "up");
    if (gateway !== undefined) await ip("route", "add", "default", "via", gateway);
  };
  await plug();
  undo.defer(async () => {
    await execute("ip", ["link", "delete", nic]);
  });
  const resources = undo.move();
  return {
    addHost: (name, hostAddresses, hostGateway) =>
      createHost(name, hostAddresses, { connect }, { undo: resources, gateway: hostGateway }),
    plug,
    async unplug() {
      await ip("link", "delete", nic);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
