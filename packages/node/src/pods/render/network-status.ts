import type { Sandbox } from "../../sandbox/types.ts";

/**
 * The pod's `k8s.v1.cni.cncf.io/network-status` annotation, indented as Multus writes it, for people read it in `kubectl describe`.
 *
 * @see https://github.com/k8snetworkplumbingwg/multi-net-spec
 */
export function renderNetworkStatus(sandbox: Sandbox): string {
  const entries = sandbox.interfaces.map(({ name, nad, mac, mtu, addresses, gateways, dns }, index) => ({
    name: `${nad.namespace}/${nad.name}`,
    interface: name,
    ...(addresses.length > 0 && { ips: addresses.map((address) => address.split("/")[0]) }),
    mac,
    mtu,
    ...(index === 0 && { default: true }),
    dns: {
      ...(dns.nameservers.length > 0 && { nameservers: dns.nameservers }),
      ...(dns.search.length > 0 && { search: dns.search }),
    },
    ...(gateways.length > 0 && { gateway: gateways }),
  }));
  return JSON.stringify(entries, undefined, 4);
}
