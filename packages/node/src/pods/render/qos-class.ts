import { compareQuantities, type Pod } from "@peapod/api";

/** Guaranteed: every container has CPU and memory limits that equal its requests. BestEffort: none asks for anything. */
export function qosClassOf(pod: Pod): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = pod.spec?.containers ?? [];
  const asks = containers.some(({ resources }) => hasAny(resources?.requests) || hasAny(resources?.limits));
  if (!asks) return "BestEffort";
  const isGuaranteed = containers.every(({ resources }) =>
    (["cpu", "memory"] as const).every((name) => {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name] ?? limit;
      return limit !== undefined && request !== undefined && compareQuantities(limit, request) === 0;
    }),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

function hasAny(resources: { readonly [name: string]: unknown } | undefined): boolean {
  return resources?.["cpu"] !== undefined || resources?.["memory"] !== undefined;
}
