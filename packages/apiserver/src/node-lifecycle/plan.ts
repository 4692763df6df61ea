import type { Lease, Node, NodeCondition, Taint } from "@peapod/api";
import { findCondition, type Plan, setCondition } from "@peapod/machinery";

export interface NodeLifecycleFacts {
  readonly node: Node;
  /** In kube-node-lease, under the node's name. */
  readonly lease: Lease | undefined;
  /** Since when there is somebody to hear: silence before that means nothing. */
  readonly watchedSince: Date;
  readonly now: Date;
}

export type NodeLifecycleStep =
  | {
      readonly do: "markSilent";
      readonly name: string;
      readonly conditions: readonly NodeCondition[];
      readonly because: string;
    }
  | { readonly do: "setTaints"; readonly node: Node; readonly taints: readonly Taint[] };

/** A node that has said nothing for so long is not to be relied on. */
export const graceMs = 40_000;

const reported = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
const silence = "Kubelet stopped posting node status.";

/** Watches over what nodes say of themselves: a silent one is marked, and taints follow from its conditions. */
export function planNode({ node, lease, watchedSince, now }: NodeLifecycleFacts): Plan<NodeLifecycleStep> {
  const { name = "" } = node.metadata;
  const silentForMs = now.getTime() - Math.max(lastHeard(node, lease), watchedSince.getTime());
  const isSilent = silentForMs >= graceMs;
  const conditions = node.status?.conditions ?? [];
  const wanted = isSilent ? silenced(conditions, now) : conditions;
  const steps: NodeLifecycleStep[] = [];
  if (wanted !== conditions) steps.push({ do: "markSilent", name, conditions: wanted, because: silence });
  const taints = planTaints(node, wanted, now);
  if (taints) steps.push({ do: "setTaints", node, taints });
  return isSilent ? { steps } : { steps, lookAgainInMs: graceMs - silentForMs };
}

/** Leases are renewed every few seconds; before the first one the node's own report counts, or its birth. */
function lastHeard({ metadata, status }: Node, lease: Lease | undefined): number {
  const times = [
    lease?.spec?.renewTime,
    findCondition(status?.conditions, "Ready")?.lastHeartbeatTime,
    metadata.creationTimestamp,
  ];
  return Math.max(0, ...times.map((time) => (time ? Date.parse(time) : 0)));
}

function silenced(conditions: readonly NodeCondition[], now: Date): readonly NodeCondition[] {
  const known = reported.filter((type) => type === "Ready" || findCondition(conditions, type));
  return known.reduce<readonly NodeCondition[]>((list, type) => {
    const before = findCondition(list, type);
    const condition: NodeCondition = {
      type,
      status: "Unknown",
      reason: before ? "NodeStatusUnknown" : "NodeStatusNeverUpdated",
      message: before ? silence : "Kubelet never posted node status.",
      ...(before?.lastHeartbeatTime && { lastHeartbeatTime: before.lastHeartbeatTime }),
    };
    return before?.status === "Unknown" ? list : setCondition(list, condition, now);
  }, conditions);
}

const prefix = "node.kubernetes.io";
const notReady = `${prefix}/not-ready`;
const unreachable = `${prefix}/unreachable`;
const unschedulable = `${prefix}/unschedulable`;
const managed = new Set([
  notReady,
  unreachable,
  unschedulable,
  ...["memory", "disk", "pid"].map((what) => `${prefix}/${what}-pressure`),
]);

/** Taints that follow from conditions; undefined when they are as they should be. */
function planTaints(node: Node, conditions: readonly NodeCondition[], now: Date): readonly Taint[] | undefined {
  const wanted = taintsFor(node, conditions);
  const before = node.spec?.taints ?? [];
  const others = before.filter(({ key }) => !managed.has(key));
  const ours = before.filter(({ key }) => managed.has(key));
  const isThere = (taint: Taint) => ours.find(({ key, effect }) => key === taint.key && effect === taint.effect);
  if (ours.length === wanted.length && wanted.every(isThere)) return undefined;
  const timeAdded = `${now.toISOString().slice(0, 19)}Z`;
  return [...others, ...wanted.map((taint) => isThere(taint) ?? { ...taint, timeAdded })];
}

function taintsFor({ spec }: Node, conditions: readonly NodeCondition[]): readonly Taint[] {
  const taints: Taint[] = [];
  const ready = findCondition(conditions, "Ready")?.status;
  const away = ready === "True" ? undefined : ready === "False" ? notReady : unreachable;
  // A node that has not spoken yet is only not ready: nothing runs there that could be lost.
  const key = away === unreachable && ready === undefined ? notReady : away;
  if (key) taints.push({ key, effect: "NoSchedule" }, ...(ready ? [{ key, effect: "NoExecute" } as const] : []));
  if (spec?.unschedulable) taints.push({ key: unschedulable, effect: "NoSchedule" });
  for (const what of ["Memory", "Disk", "PID"]) {
    if (findCondition(conditions, `${what}Pressure`)?.status !== "True") continue;
    taints.push({ key: `${prefix}/${what.toLowerCase()}-pressure`, effect: "NoSchedule" });
  }
  return taints;
}
