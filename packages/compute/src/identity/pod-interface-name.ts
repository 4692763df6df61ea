import { sha256 } from "./sha256.ts";

/** The pod's name for the interface of a secondary network, as upstream makes it of the network's name in the VMI spec. */
export function podInterfaceName(networkName: string): string {
  return `pod${sha256(networkName).slice(0, 11)}`;
}
