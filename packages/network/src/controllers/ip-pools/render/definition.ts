import type { SpiderIPPool } from "@peapod/api";
import type { PoolDefinition } from "../../../ipam/types.ts";

/** What the allocator has to know of a pool. Without `ips` there is nothing to hand out, as upstream has it. */
export function renderPoolDefinition({ metadata, spec }: SpiderIPPool): PoolDefinition {
  const { podAffinity, namespaceName, namespaceAffinity, nodeName, nodeAffinity, multusName } = spec ?? {};
  const affinity = { podAffinity, namespaceName, namespaceAffinity, nodeName, nodeAffinity, multusName };
  const isAffine = Object.values(affinity).some((value) => value !== undefined);
  const definition: PoolDefinition = {
    name: metadata.name ?? "",
    subnet: spec?.subnet ?? "",
    ips: spec?.ips ?? [],
    ...(spec?.gateway && { gateway: spec.gateway }),
    ...(spec?.excludeIPs?.length && { excludeIps: spec.excludeIPs }),
    ...(spec?.routes?.length && { routes: spec.routes.map(({ dst, gw }) => ({ destination: dst, gateway: gw })) }),
    ...(spec?.disable && { isDisabled: true }),
    ...(spec?.default && { isDefault: true }),
    ...(metadata.deletionTimestamp && { isTerminating: true }),
    ...(isAffine && { affinity }),
  };
  // Compared with what the journal gives back, which has no undefined fields.
  return JSON.parse(JSON.stringify(definition)) as PoolDefinition;
}
