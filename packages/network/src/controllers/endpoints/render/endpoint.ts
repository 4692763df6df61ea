import { formatIp, type IpFamily, SpiderEndpoint, type SpiderEndpointIP, spiderpoolFinalizer } from "@peapod/api";
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
    const own = ([4, 6] as const).flatMap((family) => oneOf(held, nic, family) ?? []);
    const told = own.map((one) => ({ one, use: pool(one.pool) }));
    const routes = told.flatMap(({ one, use }) => (one.handedOut ?? use?.pool.handedOut)?.routes ?? []);
    const mac = macs.get(nic);
    return {
      interface: nic,
      ...Object.assign({}, ...told.map(({ one, use }) => renderFamily(one, use))),
      vlan: 0,
      cleanGateway: own.some(({ handedOut }) => handedOut?.cleanGateway),
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

/** The address that the interface uses: one on trial is its own only where it has no other. */
function oneOf(held: readonly Allocation[], nic: string, family: IpFamily): Allocation | undefined {
  const own = held.filter((one) => one.owner.interface === nic && one.family === family);
  return own.find(({ isOnTrial }) => !isOnTrial) ?? own[0];
}

/** The gateway that it was told of; before that, its pool's. */
function renderFamily(
  { family, address, pool: name, handedOut }: Allocation,
  use: PoolUse | undefined,
): Partial<SpiderEndpointIP> {
  const text = `${formatIp({ family, value: address })}/${use?.pool.subnet.prefixLength ?? (family === 4 ? 32 : 128)}`;
  const { gateway } = handedOut ?? use?.pool.handedOut ?? {};
  return family === 4
    ? { ipv4: text, ipv4Pool: name, ...(gateway !== undefined && { ipv4Gateway: gateway }) }
    : { ipv6: text, ipv6Pool: name, ...(gateway !== undefined && { ipv6Gateway: gateway }) };
}

function primaryFirst(a: string, b: string): number {
  if (a === b) return 0;
  return a === "eth0" || (b !== "eth0" && a < b) ? -1 : 1;
}
