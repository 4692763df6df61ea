import { deepEqual, forbidden, type Pod, type Problem } from "@peapod/api";
import type { StoredObject } from "../store/entry.ts";
import { builtInStrategy, type Strategy } from "./strategy.ts";

export const podStrategy: Strategy = {
  ...builtInStrategy,
  answersDeletedObject: true,
  prepareCreate: (object) => ({
    ...object,
    spec: withTolerations(withServiceAccount(specOf(object))),
    status: { phase: "Pending", qosClass: qosClass(specOf(object)) },
  }),
  validate: (object, old) => (old ? validateUpdate(specOf(object), specOf(old)) : []),
  graceSeconds: (object, asked) => {
    const { phase } = statusOf(object);
    if (!specOf(object).nodeName || phase === "Succeeded" || phase === "Failed") return 0;
    const seconds = asked ?? specOf(object).terminationGracePeriodSeconds ?? 30;
    return seconds < 0 ? 1 : seconds;
  },
};

type Spec = NonNullable<Pod["spec"]>;

/** Guaranteed, Burstable or BestEffort, by the requests and limits of cpu and memory of all containers. */
export function qosClass(spec: Spec): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const sizes = containers.flatMap(({ resources }) =>
    ["cpu", "memory"].map((name) => ({ request: resources?.requests?.[name], limit: resources?.limits?.[name] })),
  );
  if (sizes.every(({ request, limit }) => !request && !limit)) return "BestEffort";
  return sizes.every(({ request, limit }) => limit && String(request ?? limit) === String(limit))
    ? "Guaranteed"
    : "Burstable";
}

/** Admission upstream gives every pod the default account of its namespace. */
function withServiceAccount(spec: Spec): Spec {
  const name = spec.serviceAccountName || spec.serviceAccount || "default";
  return { ...spec, serviceAccountName: name, serviceAccount: name };
}

/** Pods stay on a node that is away for five minutes, unless they say otherwise. */
function withTolerations(spec: Spec): Spec {
  const tolerations = [...(spec.tolerations ?? [])];
  for (const key of ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]) {
    const isTolerated = tolerations.some(
      (one) => (one.key === key || !one.key) && (one.effect === "NoExecute" || !one.effect),
    );
    if (!isTolerated) tolerations.push({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 });
  }
  return { ...spec, tolerations };
}

const updateSentence =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

function validateUpdate(spec: Spec, old: Spec): readonly Problem[] {
  const problems: Problem[] = [];
  const lost = (old.tolerations ?? []).some((one) => !(spec.tolerations ?? []).some((other) => deepEqual(one, other)));
  if (lost)
    problems.push(
      forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"),
    );
  if (!deepEqual(fixedParts(spec), fixedParts(old))) problems.push(forbidden("spec", updateSentence));
  return problems;
}

/** A pod's spec without what may change while it runs. */
function fixedParts({ activeDeadlineSeconds, tolerations, terminationGracePeriodSeconds, ...spec }: Spec): unknown {
  const withoutImage = ({ image, ...container }: { readonly image?: string | undefined }) => container;
  return {
    ...spec,
    containers: spec.containers?.map(withoutImage),
    initContainers: spec.initContainers?.map(withoutImage),
  };
}

/** Validated by the schema before; a strategy meets nothing else. */
function specOf(object: StoredObject): Spec {
  return (object["spec"] ?? { containers: [] }) as Spec;
}

function statusOf(object: StoredObject): NonNullable<Pod["status"]> {
  return (object["status"] ?? {}) as NonNullable<Pod["status"]>;
}
