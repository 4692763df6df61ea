import type { NodeSelectorRequirement, NodeSelectorTerm, Pod, Taint, Toleration } from "@peapod/api";
import { type Amounts, requestsOf } from "./requests.ts";

type PodSpec = NonNullable<Pod["spec"]>;

/** What the scheduler knows of a node. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
  readonly taints: readonly Taint[];
  readonly isUnschedulable: boolean;
  readonly isReady: boolean;
  readonly allocatable: Amounts;
  /** Of the pods that are there, or on their way. */
  readonly requested: Amounts;
  readonly pods: number;
}

/** Why a pod cannot go to a node, in the words of kube-scheduler; empty when it can. Only the first obstacle's kind is told. */
export function obstacles(spec: PodSpec, node: NodeFacts): readonly string[] {
  const tolerations = spec.tolerations ?? [];
  if (node.isUnschedulable && !isTolerated({ key: unschedulable, effect: "NoSchedule" }, tolerations)) {
    return ["node(s) were unschedulable"];
  }
  const taint = taintsOf(node).find(
    ({ effect, ...rest }) => effect !== "PreferNoSchedule" && !isTolerated({ effect, ...rest }, tolerations),
  );
  if (taint) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`];
  if (!isSelected(spec, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  return lacks(spec, node);
}

/** Free shares of cpu and memory after the pod came, 0 … 1: the emptiest node is the best. */
export function freeShare(spec: PodSpec, node: NodeFacts): number {
  const requests = requestsOf(spec);
  const shares = ["cpu", "memory"].map((name) => {
    const all = node.allocatable.get(name) ?? 0;
    if (all === 0) return 0;
    return Math.max(0, all - (node.requested.get(name) ?? 0) - (requests.get(name) ?? 0)) / all;
  });
  const isShunned = node.taints.some(
    (taint) => taint.effect === "PreferNoSchedule" && !isTolerated(taint, spec.tolerations ?? []),
  );
  return shares.reduce((total, share) => total + share, 0) / shares.length - (isShunned ? 1 : 0);
}

const unschedulable = "node.kubernetes.io/unschedulable";
const notReady = "node.kubernetes.io/not-ready";

/** A node that is not ready is shunned also before its taint has been put on. */
function taintsOf({ taints, isReady }: NodeFacts): readonly Taint[] {
  const isMarked = taints.some(({ key }) => key === notReady || key === "node.kubernetes.io/unreachable");
  return isReady || isMarked ? taints : [...taints, { key: notReady, effect: "NoSchedule" }];
}

function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some(({ key, operator, value, effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (!key) return operator === "Exists";
    return key === taint.key && (operator === "Exists" || (value ?? "") === (taint.value ?? ""));
  });
}

function isSelected({ nodeSelector, affinity }: PodSpec, node: NodeFacts): boolean {
  for (const [key, value] of Object.entries(nodeSelector ?? {})) if (node.labels[key] !== value) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: NodeFacts): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields: Readonly<Record<string, string>> = { "metadata.name": node.name };
  return (
    matchExpressions.every((requirement) => matches(requirement, node.labels[requirement.key])) &&
    matchFields.every((requirement) => matches(requirement, fields[requirement.key]))
  );
}

function matches({ operator, values = [] }: NodeSelectorRequirement, label: string | undefined): boolean {
  switch (operator) {
    case "In":
      return label !== undefined && values.includes(label);
    case "NotIn":
      return label === undefined || !values.includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    case "Gt":
      return isInteger(label) && Number(label) > Number(values[0]);
    case "Lt":
      return isInteger(label) && Number(label) < Number(values[0]);
  }
}

function isInteger(label: string | undefined): boolean {
  return label !== undefined && /^-?\d+$/.test(label);
}

function lacks(spec: PodSpec, node: NodeFacts): readonly string[] {
  const found: string[] = [];
  const places = node.allocatable.get("pods");
  if (places !== undefined && (node.pods + 1) * 1000 > places) found.push("Too many pods");
  for (const [name, amount] of requestsOf(spec)) {
    if (amount === 0) continue;
    const free = (node.allocatable.get(name) ?? 0) - (node.requested.get(name) ?? 0);
    if (amount > free) found.push(`Insufficient ${name}`);
  }
  return found;
}
