import type { CniNetwork } from "./types.ts";

/**
 * Whether a plugin of the chain is about to make the machine forward IPv6: the distribution's `bridge` as a gateway and `ptp`, where their
 * addresses are of IPv6 too, as far as the configuration says.
 */
export function makesIpv6Router({ plugins }: Pick<CniNetwork, "plugins">): boolean {
  return plugins.some((plugin) => {
    const isGateway = ["isGateway", "isDefaultGateway", "ipMasq"].some((key) => plugin[key] === true);
    return (plugin.type === "ptp" || (plugin.type === "bridge" && isGateway)) && namesIpv6(plugin["ipam"]);
  });
}

/** A subnet or address with prefix length, or a pool that is there for IPv6 alone. */
function namesIpv6(ipam: unknown): boolean {
  const text = JSON.stringify(ipam) ?? "";
  return /"[0-9a-f]*:[0-9a-f:.]*\/\d+"/i.test(text) || /"default_ipv6_ippool":\["/.test(text);
}
