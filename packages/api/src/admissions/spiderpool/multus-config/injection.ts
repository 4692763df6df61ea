import type { SpiderMultusConfig } from "../../../kinds/spiderpool/spider-multus-config.ts";
import { forbidden, invalid, type Problem } from "../../../problem.ts";
import { injectAnnotations } from "./annotations.ts";

const path = "metadata.annotations";
const [rdma] = injectAnnotations;

/** A network that pods get by a resource names that resource, and pools to take their addresses from. */
export function validateInjection({ metadata, spec = {} }: SpiderMultusConfig): readonly Problem[] {
  const annotation = injectAnnotations.find((key) => metadata.annotations?.[key] !== undefined);
  if (annotation === undefined) return [];
  const { cniType = "custom" } = spec;
  if (cniType === "ovs" || cniType === "custom") {
    return [forbidden(path, `the cniType ${cniType} does not support the annotation ${annotation}`)];
  }
  const { resource, pools } = described(spec, cniType);
  const key = `${metadata.namespace}/${metadata.name}`;
  const problems: Problem[] = [];
  if (annotation === rdma && !resource) {
    problems.push(invalid(path, metadata.annotations, `rdmaResourceName can not empty for spidermultusconfig ${key}`));
  }
  if (resource && (pools?.ipv4 ?? []).length + (pools?.ipv6 ?? []).length === 0) {
    problems.push(invalid(path, metadata.annotations, `no any ippools configured for spidermultusconfig ${key}`));
  }
  return problems;
}

type Spec = NonNullable<SpiderMultusConfig["spec"]>;

function described(spec: Spec, cniType: Exclude<Spec["cniType"], "ovs" | "custom" | undefined>) {
  switch (cniType) {
    case "macvlan":
    case "ipvlan":
    case "vlan":
      return { resource: spec[cniType]?.rdmaResourceName, pools: spec[cniType]?.ippools };
    case "sriov":
      return { resource: spec.sriov?.resourceName, pools: spec.sriov?.ippools };
    case "ib-sriov":
      return { resource: spec.ibsriov?.resourceName, pools: spec.ibsriov?.ippools };
    case "ipoib":
      return { resource: "", pools: spec.ipoib?.ippools };
  }
}
