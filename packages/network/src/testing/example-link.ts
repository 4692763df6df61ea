import type { Link } from "../link/types.ts";

/** The node's end of a pair, up and alone, but for what the test says of it. */
export function exampleLink(name: string, how: Partial<Link> = {}): Link {
  return {
    name,
    kind: "veth",
    mac: "02:00:00:00:00:01",
    mtu: 1500,
    isUp: true,
    master: undefined,
    addresses: [],
    ownerUid: undefined,
    alternativeNames: [],
    ...how,
  };
}
