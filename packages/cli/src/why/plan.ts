import { explainAbsence } from "./explain-absence.ts";
import { explainEnd } from "./explain-end.ts";
import { explainRunning } from "./explain-running.ts";
import { explainStart } from "./explain-start.ts";
import type { Answer, WhyFacts } from "./facts.ts";
import { ageOf, finalizersOf } from "./words.ts";

/** Follows VM → VMI → pod → images, volumes, addresses, node, and stops at the first thing that is in the way. */
export function planAnswer(facts: WhyFacts): Answer {
  const { name, vm, vmi, pod, now } = facts;
  if (vm?.metadata.deletionTimestamp !== undefined) {
    const waits =
      vmi === undefined
        ? finalizersOf(vm)
        : [`its guest is ${vmi.status?.phase ?? "not started"}; it is stopped first`];
    return {
      sentence: `${name} is being deleted, for ${ageOf(vm.metadata.deletionTimestamp, now)}`,
      details: waits,
      waysOut: [],
    };
  }
  if (vmi === undefined) return explainAbsence(facts);
  const { phase } = vmi.status ?? {};
  if (phase === "Succeeded" || phase === "Failed") return explainEnd(facts, vmi);
  if (vmi.metadata.deletionTimestamp !== undefined) {
    const deadline = pod?.metadata.deletionTimestamp;
    const details =
      deadline === undefined ? [] : [`the guest may shut down by itself until ${deadline}, then it is stopped`];
    return {
      sentence: `${name} is stopping, for ${ageOf(vmi.metadata.deletionTimestamp, now)}`,
      details,
      waysOut:
        vm === undefined
          ? []
          : [`${facts.program} stop ${name} --force --grace-period=0    does not wait for the guest`],
    };
  }
  return phase === "Running" ? explainRunning(facts, vmi) : explainStart(facts, vmi);
}

/** `web is not running: …`, indented details, then the ways out after arrows. */
export function renderAnswer({ sentence, details, waysOut }: Answer): string {
  const lines = [sentence, ...details.map((detail) => `  ${detail}`), ...waysOut.map((way) => `  → ${way}`)];
  return `${lines.join("\n")}\n`;
}
