import { Lease, Node } from "@peapod/api";
import type { Controller } from "@peapod/machinery";
import { type NodeLifecycleFacts, type NodeLifecycleStep, planNode } from "./plan.ts";

const leaseNamespace = "kube-node-lease";

/**
 * For standalone: a node whose lease is not renewed becomes Unknown, and taints follow what nodes report.
 *
 * @param watchedSince  when this process began to listen: what nodes did not say before is not held against them
 */
export function createNodeLifecycle(watchedSince: Date): Controller<Node, NodeLifecycleFacts, NodeLifecycleStep> {
  return {
    name: "node-lifecycle",
    for: Node,
    reads: [Lease],
    writes: [{ kind: Node, verbs: ["patch", "patchStatus"] }],
    watches: [
      {
        kind: Lease,
        // Renewals are many and change nothing: only the first after a silence matters.
        keys: ({ metadata: { namespace, name = "" } }, cache) => {
          const ready = cache.get(Node, { name })?.status?.conditions?.find(({ type }) => type === "Ready");
          return namespace === leaseNamespace && ready?.status !== "True" ? [name] : [];
        },
      },
    ],
    observe: (name, { cache, now }) => {
      const node = cache.get(Node, { name });
      return node && { node, lease: cache.get(Lease, { namespace: leaseNamespace, name }), watchedSince, now };
    },
    plan: planNode,
    effects: {
      markSilent: async ({ name, conditions, because }, { client, events, signal }) => {
        const node = await client.patch(Node, { name }, { status: { conditions } }, { subresource: "status", signal });
        events.record(node, {
          type: "Normal",
          reason: "NodeNotReady",
          message: `Node ${name} status is now: NodeNotReady (${because})`,
        });
      },
      setTaints: async ({ node, taints }, { client, signal }) => {
        const { name = "", resourceVersion } = node.metadata;
        const patch = { metadata: { resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } };
        await client.patch(Node, { name }, patch, { type: "merge", signal });
      },
    },
  };
}
