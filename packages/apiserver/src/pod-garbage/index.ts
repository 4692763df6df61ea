import { Node, Pod } from "@peapod/api";
import { type Controller, keyOf, parseKey, setCondition } from "@peapod/machinery";
import { type PodGarbageFacts, type PodGarbageStep, planPodGarbage } from "./plan.ts";

/** For standalone: deletes the pods of nodes that were deleted. */
export function createPodGarbageCollector(): Controller<Pod, PodGarbageFacts, PodGarbageStep> {
  const orphanedSince = new Map<string, Date>();
  return {
    name: "pod-garbage",
    for: Pod,
    reads: [Node],
    writes: [{ kind: Pod, verbs: ["patchStatus", "delete"] }],
    watches: [
      {
        kind: Node,
        keys: ({ metadata }, cache) =>
          cache
            .list(Pod)
            .filter(({ spec }) => spec?.nodeName === metadata.name)
            .map(keyOf),
      },
    ],
    observe: (key, { cache, now }) => {
      const pod = cache.get(Pod, parseKey(key));
      const nodeName = pod?.spec?.nodeName;
      if (!pod || !nodeName || cache.get(Node, { name: nodeName })) {
        orphanedSince.delete(key);
        return undefined;
      }
      const since = orphanedSince.get(key) ?? now;
      orphanedSince.set(key, since);
      return { pod, orphanedSince: since, now };
    },
    plan: planPodGarbage,
    effects: {
      markFailed: async ({ pod, because }, { client, signal, now }) => {
        const { name = "", namespace } = pod.metadata;
        const condition = {
          type: "DisruptionTarget",
          status: "True",
          reason: "DeletionByPodGC",
          message: because,
        } as const;
        const conditions = setCondition(pod.status?.conditions, condition, now());
        const status = { phase: "Failed", conditions };
        await client.patch(Pod, { namespace, name }, { status }, { subresource: "status", signal });
      },
      deletePod: async ({ pod }, { client, signal }) => {
        const { name = "", namespace, uid } = pod.metadata;
        await client.delete(Pod, { namespace, name }, { uid, gracePeriodSeconds: 0, signal });
      },
    },
  };
}
