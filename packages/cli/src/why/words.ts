import type { KubeObject, Node, VirtualMachine } from "@peapod/api";
import { findCondition, isConditionTrue } from "@peapod/machinery";

/** `4s`, `3m`, `5h`, `11d` */
export function ageOf(since: string | undefined, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since ?? "")) / 1000));
  if (Number.isNaN(seconds)) return "an unknown time";
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** `-n team ` where it is needed. */
export function inNamespace(namespace: string): string {
  return namespace === "default" ? "" : `-n ${namespace} `;
}

export function finalizersOf(object: KubeObject): readonly string[] {
  const { finalizers = [] } = object.metadata;
  return finalizers.length === 0 ? [] : [`waiting for whoever put these finalizers on it: ${finalizers.join(", ")}`];
}

export function runStrategyOf(vm: VirtualMachine): string {
  return vm.spec.runStrategy ?? (vm.spec.running === true ? "Always" : "Halted");
}

/** `spec.runStrategy: Halted`, or `spec.running: false` where the machine says it that way. */
export function strategyField(vm: VirtualMachine): string {
  return vm.spec.runStrategy === undefined
    ? `spec.running: ${vm.spec.running ?? false}`
    : `spec.runStrategy: ${vm.spec.runStrategy}`;
}

/** What is wrong with a node; undefined for nothing. */
export function nodeTrouble(node: Node, now: Date): string | undefined {
  const ready = findCondition(node.status?.conditions, "Ready");
  if (!isConditionTrue(node.status?.conditions, "Ready")) {
    const since =
      ready === undefined
        ? "it has never said that it is ready"
        : `not ready for ${ageOf(ready.lastTransitionTime ?? undefined, now)}`;
    return `${since}${ready?.message ? `: ${ready.message}` : ""}`;
  }
  if (node.spec?.unschedulable) return "cordoned";
  for (const type of ["DiskPressure", "MemoryPressure"]) {
    if (isConditionTrue(node.status?.conditions, type))
      return type === "DiskPressure" ? "its disk is nearly full" : "its memory is nearly full";
  }
  return undefined;
}
