import type { VirtualMachineCondition } from "@peapod/api";
import { secondsOf } from "./phase.ts";

/** A condition of a VM or VMI, which KubeVirt writes with a `lastProbeTime` that may be null. */
export type InstanceCondition = VirtualMachineCondition;
export type InstanceConditions = readonly InstanceCondition[] | undefined;

export interface NewCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** Since when, where someone else already decided that. */
  readonly lastTransitionTime?: string | null | undefined;
}

export function findInstanceCondition(conditions: InstanceConditions, type: string): InstanceCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function hasCondition(conditions: InstanceConditions, type: string, status: string, reason?: string): boolean {
  const condition = findInstanceCondition(conditions, type);
  return condition?.status === status && (reason === undefined || condition.reason === reason);
}

/** Puts a condition in its place; the transition time moves only with the status, and nothing changes where nothing did. */
export function withCondition(
  conditions: InstanceConditions,
  wanted: NewCondition,
  now: Date,
): readonly InstanceCondition[] {
  const before = findInstanceCondition(conditions, wanted.type);
  const isSame =
    before?.status === wanted.status && before.reason === wanted.reason && before.message === wanted.message;
  if (isSame && conditions) return conditions;
  const since = before?.status === wanted.status ? before.lastTransitionTime : wanted.lastTransitionTime;
  const after: InstanceCondition = {
    type: wanted.type,
    status: wanted.status,
    ...(wanted.reason && { reason: wanted.reason }),
    ...(wanted.message && { message: wanted.message }),
    lastProbeTime: null,
    lastTransitionTime: since ?? secondsOf(now),
  };
  const list = conditions ?? [];
  return before ? list.map((condition) => (condition === before ? after : condition)) : [...list, after];
}

export function withoutCondition(conditions: InstanceConditions, type: string): readonly InstanceCondition[] {
  const list = conditions ?? [];
  return list.some((condition) => condition.type === type) ? list.filter((condition) => condition.type !== type) : list;
}
