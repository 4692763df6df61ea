import type { Pod } from "@peapod/api";
import { converge } from "@peapod/machinery/testing";
import type { Facts, Step } from "../controllers/virtual-machine-instance/facts.ts";
import { planInstance } from "../controllers/virtual-machine-instance/plan.ts";
import { unpausedGate } from "../names.ts";

/** Plans and applies until nothing is left; counts the writes of the VMI on the way. */
export function settle(facts: Facts): Facts & { readonly instanceWrites: number } {
  let instanceWrites = 0;
  const settled = converge({
    plan: planInstance,
    facts,
    apply: (seen, step: Step) => {
      if (step.do === "writeInstance") instanceWrites += 1;
      return applyStep(seen, step);
    },
  });
  return { ...settled, instanceWrites };
}

function applyStep(facts: Facts, step: Step): Facts {
  switch (step.do) {
    case "createPod":
      return { ...facts, pod: { ...step.pod, metadata: { ...step.pod.metadata, uid: "pod-1", resourceVersion: "1" } } };
    case "deletePod":
      return withPod(facts, (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, deletionTimestamp: "2026-01-15T12:01:00Z" },
      }));
    case "markPod": {
      const gate = { type: unpausedGate, status: step.isPaused ? ("False" as const) : ("True" as const) };
      const others = (pod: Pod) => (pod.status?.conditions ?? []).filter(({ type }) => type !== unpausedGate);
      return withPod(facts, (pod) => ({ ...pod, status: { ...pod.status, conditions: [...others(pod), gate] } }));
    }
    case "labelPod":
      return withPod(facts, (pod) => ({
        ...pod,
        metadata: {
          ...pod.metadata,
          labels: { ...pod.metadata.labels, ...step.metadata.labels },
          annotations: { ...pod.metadata.annotations, ...step.metadata.annotations },
        },
      }));
    case "writeInstance":
      return { ...facts, vmi: step.after };
  }
}

function withPod(facts: Facts, change: (pod: Pod) => Pod): Facts {
  return facts.pod ? { ...facts, pod: change(facts.pod) } : facts;
}
