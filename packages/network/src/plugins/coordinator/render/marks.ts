import { replaceTable } from "../../../render/binding/nft.ts";

/** What came in by the way from the node has this mark, and so have the answers to it. */
export const nodeMark = 1;

/**
 * Answers to what came in from the node go back there, whatever the routes say: a connection that begins at that link is marked, and
 * everything of it carries the mark, what the pod sends itself as well as what it passes on for a guest.
 *
 * @param link  the pod's way from its node: `veth0` on an underlay network, `eth0` on the pod network
 */
export function renderMarks(table: string, link: string): string {
  return `${replaceTable("inet", table)}table inet ${table} {
  chain prerouting {
    type filter hook prerouting priority mangle;
    iifname "${link}" ct state new ct mark set ${nodeMark}
    iifname != "${link}" ct mark ${nodeMark} meta mark set ${nodeMark}
  }
  chain output {
    type route hook output priority mangle;
    ct mark ${nodeMark} meta mark set ${nodeMark}
  }
}
`;
}
