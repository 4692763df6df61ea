import { replaceTable } from "./binding/nft.ts";

/**
 * Address translation of the machine for its pods: what leaves for outside of the pod network does so with the machine's address.
 * Between pods, also those of other instances and nodes, addresses stay what they are.
 *
 * @param options.podSubnet  this node's range; `options.podNetwork` that of all nodes
 */
export function renderHostNft(options: {
  readonly table: string;
  readonly bridge: string;
  readonly podSubnet: string;
  readonly podNetwork: string;
}): string {
  const { table, bridge, podSubnet, podNetwork } = options;
  return `${replaceTable("ip", table)}table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${podSubnet} ip daddr != { ${podNetwork}, 224.0.0.0/4 } oifname != "${bridge}" masquerade
  }
}
`;
}
