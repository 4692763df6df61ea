import type { SpiderMultusConfig } from "@peapod/api";

type Spec = NonNullable<SpiderMultusConfig["spec"]>;
type MasterBlock = NonNullable<Spec["macvlan"]>;
type Pools = MasterBlock["ippools"];
type Trunk = NonNullable<NonNullable<Spec["ovs"]>["trunk"]>[number];

/** The main plugin, and those that belong to it. */
export interface MainPlugins {
  readonly before: readonly object[];
  readonly main: object;
  readonly after: readonly object[];
  /** Behind the coordinator. */
  readonly last: readonly object[];
}

/** The block of a SpiderMultusConfig that its cniType names, as plugins. Keys are in the order in which upstream writes them. */
export function renderMainPlugins(spec: Spec): MainPlugins {
  const alone = (main: object): MainPlugins => ({ before: [], main, after: [], last: [] });
  const ipam = (pools: Pools): object => (spec.disableIPAM ? {} : { ipam: renderIpam(pools) });
  switch (spec.cniType) {
    case "macvlan":
    case "ipvlan": {
      const block = spec[spec.cniType] ?? { master: [] };
      const { vlanID = 0, mtu = 0 } = block;
      const mode = spec.cniType === "macvlan" ? { mode: "bridge" } : {};
      const main = { type: spec.cniType, master: masterName(block, vlanID), ...mode, mtu, ...ipam(block.ippools) };
      return { ...alone(main), before: renderIfacer(block, vlanID) };
    }
    case "vlan": {
      const block = spec.vlan ?? { master: [] };
      const { vlanMode = "manual", vlanID = 0, mtu = 0 } = block;
      const id = vlanMode === "auto" ? {} : { vlanId: vlanID };
      const main = { type: "vlan", master: masterName(block, 0), vlanMode, ...id, mtu, ...ipam(block.ippools) };
      return { ...alone(main), before: block.master.length > 1 ? renderIfacer(block, 0) : [] };
    }
    case "sriov": {
      const { vlanID = 0, minTxRateMbps = 0, maxTxRateMbps = 0, rdmaIsolation, mtu = 0, ippools } = spec.sriov ?? {};
      return {
        before: [],
        main: {
          vlan: vlanID,
          min_tx_rate: minTxRateMbps,
          max_tx_rate: maxTxRateMbps,
          type: "sriov",
          ...ipam(ippools),
        },
        after: rdmaIsolation ? [{ type: "rdma" }] : [],
        last: mtu > 0 ? [{ type: "tuning", mtu }] : [],
      };
    }
    case "ib-sriov": {
      const { pkey = "", linkState = "enable", rdmaIsolation = true, ippools } = spec.ibsriov ?? {};
      const ibKubernetesEnabled = spec.ibsriov?.enableIbKubernetes ?? false;
      const link = { pkey, link_state: linkState, rdmaIsolation, ibKubernetesEnabled };
      return alone({ type: "ib-sriov", ...link, ...ipam(ippools) });
    }
    case "ipoib":
      return alone({
        type: "ipoib",
        ...(spec.ipoib?.master && { master: spec.ipoib.master }),
        ...ipam(spec.ipoib?.ippools),
      });
    case "ovs": {
      const { bridge = "", vlan, deviceID, trunk = [], ippools } = spec.ovs ?? {};
      return alone({
        ...(vlan !== undefined && { vlan }),
        type: "ovs",
        bridge,
        ...(deviceID && { deviceID }),
        ...ipam(ippools),
        ...(trunk.length > 0 && { trunk: trunk.map(renderTrunk) }),
      });
    }
    default:
      throw new RangeError(`Cannot render cniType "${spec.cniType}": it has no plugin of its own`);
  }
}

function renderIpam(pools: Pools): object {
  const { ipv4 = [], ipv6 = [], matchMasterSubnet } = pools ?? {};
  return {
    type: "spiderpool",
    ...(ipv4.length > 0 && { default_ipv4_ippool: ipv4 }),
    ...(ipv6.length > 0 && { default_ipv6_ippool: ipv6 }),
    ...(matchMasterSubnet && { match_master_subnet: true }),
  };
}

/** Makes the parent interface on the machine: a bond of several masters, a VLAN on that or on the one master. */
function renderIfacer({ master, bond }: MasterBlock, vlanID: number): readonly object[] {
  if (vlanID === 0 && master.length < 2) return [];
  const { name, mode, options } = bond ?? {};
  return [
    {
      ...(vlanID !== 0 && { vlanID }),
      type: "ifacer",
      interfaces: master,
      ...(bond && { bond: { name, mode, ...(options !== undefined && { options }) } }),
    },
  ];
}

function masterName({ master, bond }: MasterBlock, vlanID: number): string {
  const parent = master.length > 1 ? (bond?.name ?? "") : (master[0] ?? "");
  return vlanID === 0 ? parent : `${parent}.${vlanID}`;
}

function renderTrunk({ minID, maxID, id }: Trunk): object {
  return {
    ...(minID !== undefined && { minID }),
    ...(maxID !== undefined && { maxID }),
    ...(id !== undefined && { id }),
  };
}
