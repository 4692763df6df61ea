import type { Condition } from "@peapod/api";

/** What all kinds' conditions have in common. KubeVirt writes null where a time is not known. */
interface AnyCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null | undefined;
}

export function findCondition<C extends AnyCondition>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** True only where the condition is there and says `True`. */
export function isConditionTrue(conditions: readonly AnyCondition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === "True";
}

/**
 * Puts a condition in its place. `lastTransitionTime` changes only when the status does; what did not change at all gives back
 * the very list, so that callers may compare by identity.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  now: Date,
): readonly Condition[] {
  const list = conditions ?? [];
  const at = list.findIndex((other) => other.type === condition.type);
  const before = list[at];
  const isSameStatus = before?.status === condition.status;
  const lastTransitionTime = isSameStatus
    ? (before.lastTransitionTime ?? timestampOf(now))
    : (condition.lastTransitionTime ?? timestampOf(now));
  const after = { ...condition, lastTransitionTime };
  if (before === undefined) return [...list, after];
  const isSame =
    before.lastTransitionTime === after.lastTransitionTime &&
    isSameStatus &&
    before.reason === after.reason &&
    before.message === after.message &&
    before.observedGeneration === after.observedGeneration &&
    before.lastProbeTime === after.lastProbeTime;
  return isSame ? list : list.with(at, after);
}

export function removeCondition(conditions: readonly Condition[] | undefined, type: string): readonly Condition[] {
  const list = conditions ?? [];
  return list.some((condition) => condition.type === type) ? list.filter((condition) => condition.type !== type) : list;
}

/** RFC 3339 in whole seconds, as Kubernetes writes its times. */
export function timestampOf(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** RFC 3339 with exactly six digits, for MicroTime fields (leases, events.k8s.io). */
export function microTimestampOf(date: Date): string {
  return date.toISOString().replace(/Z$/, "000Z");
}
