import type { KubeVirt, KubeVirtStatus } from "@peapod/api";
import { isJsonEqual, type Plan } from "@peapod/machinery";
import { kubevirtKey } from "../../names.ts";
import { withCondition } from "../../status/conditions.ts";

export interface Facts {
  /** `"namespace/name"` */
  readonly key: string;
  readonly kubevirt: KubeVirt | undefined;
  readonly hasNamespace: boolean;
  /** Of Peapod, with a leading `v`. */
  readonly version: string;
  readonly architecture: string;
  readonly now: Date;
}

export type Step =
  | { readonly do: "createNamespace"; readonly name: string }
  | { readonly do: "createKubevirt"; readonly kubevirt: KubeVirt }
  | { readonly do: "writeStatus"; readonly kubevirt: KubeVirt; readonly status: KubeVirtStatus };

/**
 * Upstream's gates of what Peapod does and upstream leaves off unless they are listed. Those that are always on upstream need no
 * entry.
 */
export const featureGates = ["HostDisk"] as const;

/** The KubeVirt object is how programs find out what this installation can do; an administrator may change its spec. */
export function planKubevirt(facts: Facts): Plan<Step> {
  const { kubevirt, hasNamespace } = facts;
  const isOurs = facts.key === `${kubevirtKey.namespace}/${kubevirtKey.name}`;
  if (kubevirt?.metadata.deletionTimestamp) return { steps: [] };
  if (!kubevirt) {
    if (!isOurs) return { steps: [] };
    const namespace: readonly Step[] = hasNamespace ? [] : [{ do: "createNamespace", name: kubevirtKey.namespace }];
    return { steps: [...namespace, { do: "createKubevirt", kubevirt: renderKubevirt() }] };
  }
  const status = isOurs ? deployed(kubevirt, facts) : ignored(kubevirt, facts);
  return { steps: isJsonEqual(status, kubevirt.status ?? {}) ? [] : [{ do: "writeStatus", kubevirt, status }] };
}

function renderKubevirt(): KubeVirt {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "KubeVirt",
    metadata: { ...kubevirtKey },
    spec: { configuration: { developerConfiguration: { featureGates: [...featureGates] } } },
  };
}

function deployed(kubevirt: KubeVirt, { version, architecture, now }: Facts): KubeVirtStatus {
  const conditions = [
    condition("Created", "True", "AllResourcesCreated", "All resources were created."),
    condition("Available", "True", "AllComponentsReady", "All components are ready."),
    condition("Progressing", "False", "AllComponentsReady", "All components are ready."),
    condition("Degraded", "False", "AllComponentsReady", "All components are ready."),
  ].reduce((list, wanted) => withCondition(list, wanted, now), kubevirt.status?.conditions ?? []);
  return {
    ...kubevirt.status,
    phase: "Deployed",
    conditions,
    defaultArchitecture: architecture,
    ...(kubevirt.metadata.generation !== undefined && { observedGeneration: kubevirt.metadata.generation }),
    observedKubeVirtVersion: version,
    targetKubeVirtVersion: version,
    operatorVersion: version,
  };
}

/** One installation, one object: of a second one nothing is taken. */
function ignored(kubevirt: KubeVirt, { now }: Facts): KubeVirtStatus {
  const message = `Only ${kubevirtKey.namespace}/${kubevirtKey.name} configures this installation; change that one`;
  const wanted = condition("Synchronized", "False", "ExistingDeployment", message);
  return { ...kubevirt.status, conditions: withCondition(kubevirt.status?.conditions, wanted, now) };
}

function condition(type: string, status: "True" | "False", reason: string, message: string) {
  return { type, status, reason, message } as const;
}
