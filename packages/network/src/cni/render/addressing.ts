import type { CniResult } from "../types.ts";

/**
 * Lines of `ip -batch` that give an interface what IPAM said: up, addresses, then routes. A further default route stands behind the one
 * that is there.
 */
export function renderAddressing(ifName: string, { ips, routes }: CniResult): readonly string[] {
  const gatewayOf = (dst: string): string | undefined =>
    ips.find(({ address, gateway }) => gateway !== undefined && isV6(address) === isV6(dst))?.gateway;
  return [
    `link set dev ${ifName} up`,
    // The allocator answers for it that nobody else has the address: the kernel need not wait to find out.
    ...ips.map(({ address }) => `address replace ${address} dev ${ifName}${isV6(address) ? " nodad" : ""}`),
    ...routes.map(({ dst, gw, mtu, advmss, priority, table }) => {
      const hop = gw ?? gatewayOf(dst);
      const words = [
        `route ${priority === undefined ? "append" : "replace"} ${dst}`,
        ...(hop === undefined ? [] : [`via ${hop}`]),
        `dev ${ifName}`,
        ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
        ...(advmss === undefined ? [] : [`advmss ${advmss}`]),
        ...(priority === undefined ? [] : [`metric ${priority}`]),
        ...(table === undefined ? [] : [`table ${table}`]),
      ];
      return words.join(" ");
    }),
  ];
}

function isV6(text: string): boolean {
  return text.includes(":");
}
