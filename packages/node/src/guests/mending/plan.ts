import { phaseOf } from "@peapod/compute";
import type { Plan } from "@peapod/machinery";
import type { Facts, SeenGuest, SeenLoss, Step } from "../types.ts";

/** What is missing of a running guest's network is mended at once; what could not be, again after a while that gets longer. */
export function planMending(
  { vmi, pod, sandbox, now }: Facts,
  { losses }: Pick<Extract<SeenGuest, { is: "present" }>, "losses">,
): Plan<Step> {
  const phase = vmi && phaseOf(vmi);
  if (!vmi || !pod || (phase !== "Scheduled" && phase !== "Running")) return { steps: [] };
  const open = losses.filter(({ isFinal }) => !isFinal);
  const waits = open.map((loss) => ({ loss, leftMs: leftMs(loss, now) }));
  const steps = waits
    .filter((wait) => wait.leftMs === 0)
    .map(({ loss }): Step => ({ do: "mendInterface", vmi, pod, sandbox, loss }));
  if (open.length === 0) return { steps };
  // What could not be mended is told, and its next attempt planned, as soon as that is known.
  if (steps.length > 0) return { steps, lookAgainInMs: 0 };
  return { steps, lookAgainInMs: Math.min(...waits.map((wait) => wait.leftMs)) };
}

function leftMs({ attempts, triedAt, isDue }: SeenLoss, now: Date): number {
  if (triedAt === undefined || isDue) return 0;
  const waitMs = Math.min(longestWaitMs, 1000 * 2 ** attempts);
  return Math.max(0, triedAt.getTime() + waitMs - now.getTime());
}

const longestWaitMs = 30_000;
