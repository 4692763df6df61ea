import type { SpiderMultusConfig } from "@peapod/api";
import { renderMainPlugins } from "./multus-plugins.ts";

/** Annotations of a SpiderMultusConfig that say how its NAD is called and what it speaks. */
export const multusAnnotations = {
  resourceName: "multus.spidernet.io/cr-name",
  cniVersion: "multus.spidernet.io/cni-version",
  configName: "cni.spidernet.io/cniconfig-name",
  deviceResource: "k8s.v1.cni.cncf.io/resourceName",
} as const;

/** What a SpiderMultusConfig wants of its NetworkAttachmentDefinition. */
export interface WantedNad {
  readonly namespace: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Undefined: the network is what its name means to the node already. */
  readonly config: string | undefined;
}

/** Where the NAD of a SpiderMultusConfig is. */
export function nadKeyOf({ metadata }: SpiderMultusConfig): { readonly namespace: string; readonly name: string } {
  const { namespace = "default", name = "", annotations = {} } = metadata;
  return { namespace, name: annotations[multusAnnotations.resourceName] || name };
}

/**
 * SpiderMultusConfig → NetworkAttachmentDefinition: the chain [ifacer] → main plugin → [rdma] → chained → [coordinator] → [tuning], as
 * one line of JSON with the keys in upstream's order.
 *
 * @throws {SyntaxError} when a chained plugin is no JSON, which admission does not let pass
 */
export function renderNad(config: SpiderMultusConfig): WantedNad {
  const { annotations = {} } = config.metadata;
  const key = nadKeyOf(config);
  const device = deviceResource(config);
  return {
    ...key,
    annotations: { ...annotations, ...(device && { [multusAnnotations.deviceResource]: device }) },
    config: renderConfig(config, key.name),
  };
}

function renderConfig({ metadata, spec = {} }: SpiderMultusConfig, nadName: string): string | undefined {
  if ((spec.cniType ?? "custom") === "custom") return spec.customCNI ? spec.customCNI : undefined;
  const { annotations = {} } = metadata;
  const { before, main, after, last } = renderMainPlugins(spec);
  const chained = (spec.chainCNIJsonData ?? []).map((text): unknown => JSON.parse(text));
  const coordinator = spec.enableCoordinator === false ? [] : [renderCoordinator(spec.coordinator)];
  return JSON.stringify({
    cniVersion: annotations[multusAnnotations.cniVersion] || "0.3.1",
    name: annotations[multusAnnotations.configName] || nadName,
    plugins: [...before, main, ...after, ...chained, ...coordinator, ...last],
  });
}

/** hostRuleTable and podCIDRType are SpiderCoordinator's alone; podRPFilter goes with the latter, as upstream has it. */
function renderCoordinator(spec: NonNullable<SpiderMultusConfig["spec"]>["coordinator"]): object {
  const { txQueueLen, vethLinkAddress, vethMTU, tunePodRoutes, podMACPrefix, mode } = spec ?? {};
  const { podDefaultRouteNIC, podCIDRType, podRPFilter, hijackCIDR = [], policyRoutes = [] } = spec ?? {};
  return {
    ...(txQueueLen !== undefined && { txQueueLen }),
    ...(vethLinkAddress && { vethLinkAddress }),
    ...(vethMTU !== undefined && { vethMTU }),
    ...(tunePodRoutes !== undefined && { tunePodRoutes }),
    ...(podMACPrefix && { podMACPrefix }),
    ...(mode && { mode }),
    type: "coordinator",
    ...(podDefaultRouteNIC && { podDefaultRouteNic: podDefaultRouteNIC }),
    ...(podCIDRType !== undefined && podRPFilter !== undefined && { podRPFilter }),
    ...(hijackCIDR.length > 0 && { hijackCIDR }),
    ...(policyRoutes.length > 0 && { policyRoutes }),
  };
}

function deviceResource({ spec = {} }: SpiderMultusConfig): string | undefined {
  if (spec.cniType === "sriov") return spec.sriov?.resourceName;
  if (spec.cniType === "ib-sriov") return spec.ibsriov?.resourceName;
  if (spec.cniType === "ovs" && spec.ovs?.deviceID) return `ovs-cni.network.kubevirt.io/${spec.ovs.bridge}`;
  return undefined;
}
