import type { StartFailure, VirtualMachineInstance } from "@peapod/api";
import { sha256 } from "../../identity/sha256.ts";
import { isFinal, secondsOf, wasRunning } from "../../status/phase.ts";
import type { RunStrategy } from "./run-strategy.ts";

const stepSeconds = 10;
const longestSeconds = 300;

/**
 * The record of starts that failed before the guest ever ran: one more for a VMI that was not counted yet, none once a guest ran
 * or where the strategy does not start again by itself.
 */
export function nextStartFailure(
  before: StartFailure | undefined,
  vmi: VirtualMachineInstance | undefined,
  strategy: RunStrategy,
  { isAsked, now }: { readonly isAsked: boolean; readonly now: Date },
): StartFailure | undefined {
  // Only people ask a VM that always runs for anything, and they need not wait. A rerun asks by itself.
  if (isAsked && strategy === "Always") return undefined;
  const startsAgain = strategy === "Always" || strategy === "RerunOnFailure" || strategy === "Once";
  if (!startsAgain || (vmi && wasRunning(vmi))) return undefined;
  const uid = vmi?.metadata.uid ?? "";
  if (!vmi || !isFinal(vmi) || before?.lastFailedVMIUID === uid) return before;
  const consecutiveFailCount = (before?.consecutiveFailCount ?? 0) + 1;
  const retryAfter = new Date(now.getTime() + backoffSeconds(consecutiveFailCount, spread(uid)) * 1000);
  return { consecutiveFailCount, lastFailedVMIUID: uid, retryAfterTimestamp: secondsOf(retryAfter) };
}

/** 10 s × n², up to half as much again, never more than five minutes. */
export function backoffSeconds(failures: number, spreadOver: number): number {
  const delay = stepSeconds * failures ** 2;
  return Math.min(longestSeconds, delay + Math.floor((delay / 2 + 1) * spreadOver));
}

export function backoffRemainingMs(failure: StartFailure | undefined, now: Date): number {
  if (!failure?.retryAfterTimestamp) return 0;
  return Math.max(0, Date.parse(failure.retryAfterTimestamp) - now.getTime());
}

/** 0 ≤ x < 1, of the VMI's uid rather than of chance: looked at twice, a failure counts the same. */
function spread(uid: string): number {
  return Number.parseInt(sha256(uid).slice(0, 8), 16) / 2 ** 32;
}
