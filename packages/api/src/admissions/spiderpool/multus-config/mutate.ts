import type { AdmissionReview } from "../../../admission.ts";
import type {
  IbSriovBlock,
  MacvlanBlock,
  OvsBlock,
  SriovBlock,
  VlanBlock,
} from "../../../kinds/spiderpool/cni-blocks.ts";
import type { CoordinatorSpec } from "../../../kinds/spiderpool/coordinator-spec.ts";
import type { SpiderMultusConfig, SpiderMultusConfigSpec } from "../../../kinds/spiderpool/spider-multus-config.ts";
import { injectAnnotations } from "./annotations.ts";

/** What upstream fills in: everything that a type of network has, and the coordinator's settings where it is in the chain. */
export function mutateMultusConfig({ object }: AdmissionReview<SpiderMultusConfig>): SpiderMultusConfig {
  return { ...object, metadata: withInjectLabels(object.metadata), spec: complete(object.spec ?? {}) };
}

function complete(spec: SpiderMultusConfigSpec): SpiderMultusConfigSpec {
  const { cniType = "custom", coordinator, ...rest } = spec;
  const common = { ...rest, cniType, chainCNIJsonData: spec.chainCNIJsonData ?? [] };
  if (cniType === "custom") return { ...common, customCNI: spec.customCNI ?? "", enableCoordinator: false };
  return { ...common, coordinator: withDefaults(coordinator), ...completeBlock(spec, cniType) };
}

/** In a block that is there, upstream leaves tunePodRoutes off; its schema's default has put true before that. */
function withDefaults(coordinator: CoordinatorSpec | undefined): CoordinatorSpec {
  const usual = {
    mode: "auto",
    hijackCIDR: [],
    policyRoutes: [],
    vethLinkAddress: "",
    podMACPrefix: "",
    podDefaultRouteNIC: "",
  } as const;
  return coordinator
    ? { ...usual, ...coordinator, tunePodRoutes: coordinator.tunePodRoutes ?? false }
    : { ...usual, podRPFilter: 0, tunePodRoutes: true };
}

const noPools = { ipv4: [], ipv6: [] } as const;

function completeBlock(
  spec: SpiderMultusConfigSpec,
  cniType: SpiderMultusConfigSpec["cniType"],
): Partial<SpiderMultusConfigSpec> {
  switch (cniType) {
    case "macvlan":
      return spec.macvlan ? { macvlan: completeMaster(spec.macvlan) } : {};
    case "ipvlan":
      return spec.ipvlan ? { ipvlan: completeMaster(spec.ipvlan) } : {};
    case "vlan":
      return spec.vlan ? { vlan: completeVlan(spec.vlan) } : {};
    case "sriov":
      return spec.sriov ? { sriov: completeSriov(spec.sriov) } : {};
    case "ib-sriov":
      return spec.ibsriov ? { ibsriov: completeIbSriov(spec.ibsriov) } : {};
    case "ipoib":
      return spec.ipoib ? { ipoib: { ippools: noPools, ...spec.ipoib } } : {};
    case "ovs":
      return spec.ovs ? { ovs: completeOvs(spec.ovs) } : {};
    default:
      return {};
  }
}

function completeMaster<B extends MacvlanBlock>(block: B): B {
  const { bond } = block;
  return {
    vlanID: 0,
    mtu: 0,
    rdmaResourceName: "",
    ippools: noPools,
    ...block,
    ...(bond && { bond: { ...bond, options: bond.options ?? "" } }),
  };
}

/** Without a number only where the network gives it by itself. */
function completeVlan(block: VlanBlock): VlanBlock {
  const complete = completeMaster(block);
  if (block.vlanMode !== "auto" || block.vlanID !== undefined) return complete;
  const { vlanID: _, ...numberless } = complete;
  return numberless;
}

function completeSriov(block: SriovBlock): SriovBlock {
  const usual = { resourceName: "", vlanID: 0, mtu: 0, minTxRateMbps: 0, maxTxRateMbps: 0, rdmaIsolation: false };
  return { ...usual, ippools: noPools, ...block };
}

function completeIbSriov(block: IbSriovBlock): IbSriovBlock {
  const usual = { resourceName: "", pkey: "", rdmaIsolation: true, enableIbKubernetes: false };
  return { ...usual, linkState: "enable", ippools: noPools, ...block };
}

/** VLAN 0 is no VLAN: without this the plugin would let all of them pass. */
function completeOvs(block: OvsBlock): OvsBlock {
  return { vlan: 0, ippools: noPools, ...block };
}

function withInjectLabels(metadata: SpiderMultusConfig["metadata"]): SpiderMultusConfig["metadata"] {
  const given = injectAnnotations.flatMap((key) => {
    const value = metadata.annotations?.[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return given.length === 0 ? metadata : { ...metadata, labels: { ...metadata.labels, ...Object.fromEntries(given) } };
}
