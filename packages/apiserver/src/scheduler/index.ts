import { Binding, Node, Pod } from "@peapod/api";
import {
  type Cache,
  type Controller,
  type Effects,
  isConditionTrue,
  keyOf,
  parseKey,
  pathOf,
  setCondition,
} from "@peapod/machinery";
import type { NodeFacts } from "./fits.ts";
import { isOurs, planScheduling, type SchedulerFacts, type SchedulerStep } from "./plan.ts";
import { type Amounts, amounts, requestsOf, sum } from "./requests.ts";

/** A pod that was given a node, until the cache shows it there. */
interface Assumed {
  readonly uid: string;
  readonly nodeName: string;
  readonly requests: Amounts;
}

/**
 * The scheduler, for standalone: gives every waiting pod a node. One pod at a time, so that each decision counts the ones before it,
 * whether or not the cache has caught up with them.
 */
export function createScheduler(): Controller<Pod, SchedulerFacts, SchedulerStep> {
  const assumed = new Map<string, Assumed>();
  const effects: Effects<SchedulerStep> = {
    bind: async ({ pod, nodeName }, { client, events, signal }) => {
      const { name = "", namespace, uid = "" } = pod.metadata;
      const body: Binding = {
        apiVersion: Binding.version,
        kind: Binding.kind,
        metadata: { name, ...(namespace !== undefined && { namespace }), uid },
        target: { apiVersion: "v1", kind: "Node", name: nodeName },
      };
      assumed.set(keyOf(pod), { uid, nodeName, requests: pod.spec ? requestsOf(pod.spec) : new Map() });
      try {
        await client.request("POST", pathOf(Pod, { namespace, name, subresource: "binding" }), { body, signal });
      } catch (error) {
        assumed.delete(keyOf(pod));
        throw error;
      }
      const message = `Successfully assigned ${keyOf(pod)} to ${nodeName}`;
      events.record(pod, { type: "Normal", reason: "Scheduled", message });
    },
    markUnschedulable: async ({ pod, message }, { client, events, signal, now }) => {
      const wanted = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
      const conditions = setCondition(pod.status?.conditions, wanted, now());
      const { name = "", namespace } = pod.metadata;
      await client.patch(Pod, { namespace, name }, { status: { conditions } }, { subresource: "status", signal });
      events.record(pod, { type: "Warning", reason: "FailedScheduling", message });
    },
  };
  return {
    name: "scheduler",
    for: Pod,
    reads: [Node],
    writes: [{ kind: Pod, verbs: ["bind", "patchStatus"] }],
    watches: [
      { kind: Node, keys: (_node, cache) => waitingKeys(cache) },
      {
        kind: Pod,
        // A pod that ended, or is there no more, made room.
        keys: (object, cache) =>
          isOver(object as Pod) || !cache.get(Pod, parseKey(keyOf(object))) ? waitingKeys(cache) : [],
      },
    ],
    concurrency: 1,
    observe: (key, { cache }) => {
      const pod = cache.get(Pod, parseKey(key));
      if (!pod || pod.spec?.nodeName || assumed.get(key)?.uid !== pod.metadata.uid) assumed.delete(key);
      if (!pod || !isOurs(pod) || assumed.has(key)) return undefined;
      return { pod, nodes: observeNodes(cache, assumed) };
    },
    plan: planScheduling,
    effects,
  };
}

function waitingKeys(cache: Cache): readonly string[] {
  return cache.list(Pod).filter(isOurs).map(keyOf);
}

function observeNodes(cache: Cache, assumed: ReadonlyMap<string, Assumed>): readonly NodeFacts[] {
  const used = new Map<string, { requests: Amounts[]; pods: number }>();
  const use = (nodeName: string, requests: Amounts) => {
    const node = used.get(nodeName) ?? { requests: [], pods: 0 };
    used.set(nodeName, node);
    node.requests.push(requests);
    node.pods++;
  };
  for (const pod of cache.list(Pod)) {
    if (pod.spec?.nodeName && !isOver(pod)) use(pod.spec.nodeName, requestsOf(pod.spec));
  }
  for (const [key, { uid, nodeName, requests }] of assumed) {
    const pod = cache.get(Pod, parseKey(key));
    if (pod && pod.metadata.uid === uid && !pod.spec?.nodeName) use(nodeName, requests);
  }
  return cache.list(Node).map(({ metadata, spec, status }) => ({
    name: metadata.name ?? "",
    labels: metadata.labels ?? {},
    taints: spec?.taints ?? [],
    isUnschedulable: spec?.unschedulable ?? false,
    isReady: isConditionTrue(status?.conditions, "Ready"),
    allocatable: amounts(status?.allocatable ?? status?.capacity),
    requested: sum(used.get(metadata.name ?? "")?.requests ?? []),
    pods: used.get(metadata.name ?? "")?.pods ?? 0,
  }));
}

function isOver({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
