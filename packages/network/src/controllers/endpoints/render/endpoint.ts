import { formatIp, SpiderEndpoint, type SpiderEndpointIP, spiderpoolFinalizer } from "@peapod/api";
import type { PoolUse } from "../../../ipam/allocate.ts";
import type { Allocation, Owner } from "../../../ipam/types.ts";

/** An endpoint as upstream writes it: one entry for each interface, both families together. Undefined: nothing is held. */
export function renderEndpoint(
  owner: Owner,
  held: readonly Allocation[],
  pool: (name: string) => PoolUse | undefined,
  macs: ReadonlyMap<string, string>,
): SpiderEndpoint | undefined {
  const [first] = held;
  if (!first) return undefined;
  const nics = [...new Set(held.map(({ owner: nic }) => nic.interface))].sort(primaryFirst);
  const ips = nics.map((nic): SpiderEndpointIP => {
    const own = held.filter((one) => one.owner.interface === nic).toSorted((a, b) => a.family - b.family);
    const routes = own.flatMap((one) => pool(one.pool)?.pool.definition.routes ?? []);
    const mac = macs.get(nic);
    return {
      interface: nic,
      ...Object.assign({}, ...own.map((one) => renderFamily(one, pool(one.pool)))),
      vlan: 0,
      cleanGateway: false,
      ...(routes.length > 0 && {
        routes: routes.map(({ destination, gateway }) => ({ dst: destination, gw: gateway })),
      }),
      ...(mac !== undefined && { mac }),
    };
  });
  const latest = held.reduce((a, b) => (a.allocatedAt > b.allocatedAt ? a : b)).holder;
  const { namespace, name } = owner;
  return {
    apiVersion: `${SpiderEndpoint.group}/${SpiderEndpoint.version}`,
    kind: SpiderEndpoint.kind,
    metadata: { namespace, name, finalizers: [spiderpoolFinalizer] },
    status: {
      current: { uid: latest.podUid, node: latest.node, ips },
      ownerControllerType: owner.kind === "vm" ? "VirtualMachineInstance" : "Pod",
      ownerControllerName: name,
    },
  };
}

function renderFamily(
  { family, address, pool: name }: Allocation,
  use: PoolUse | undefined,
): Partial<SpiderEndpointIP> {
  const text = `${formatIp({ family, value: address })}/${use?.pool.subnet.prefixLength ?? (family === 4 ? 32 : 128)}`;
  const gateway = use?.pool.definition.gateway;
  return family === 4
    ? { ipv4: text, ipv4Pool: name, ...(gateway !== undefined && { ipv4Gateway: gateway }) }
    : { ipv6: text, ipv6Pool: name, ...(gateway !== undefined && { ipv6Gateway: gateway }) };
}

function primaryFirst(a: string, b: string): number {
  if (a === b) return 0;
  return a === "eth0" || (b !== "eth0" && a < b) ? -1 : 1;
}
