import type { Pod, VirtualMachineInstance } from "@peapod/api";
import { isFinal, phaseOf } from "@peapod/compute";
import { isJsonEqual, type Plan } from "@peapod/machinery";
import type { GuestEnd } from "./guest-file.ts";
import { planMending } from "./mending/plan.ts";
import { renderEndedStatus, renderRunningStatus } from "./render/status.ts";
import type { Facts, SeenGuest, Step } from "./types.ts";

type Present = Extract<SeenGuest, { readonly is: "present" }>;

/** The virt-handler's part of a guest's life on this node: from Scheduled to its end. */
export function planGuest(facts: Facts): Plan<Step> {
  const { guest, sandbox, vmi, now } = facts;
  switch (guest.is) {
    case "absent":
      return { steps: shouldStart(facts) ? startSteps(facts) : aheadSteps(facts) };
    case "unfinished":
      return { steps: shouldStart(facts) ? startSteps(facts) : abandonSteps(facts) };
    case "vanished":
    case "ending":
      return { steps: [{ do: "endGuest", sandbox, vmi, end: guest.end }] };
    case "ended":
      return { steps: vmi && !isFinal(vmi) ? statusSteps(vmi, renderEndedStatus(vmi, guest.end, now)) : [] };
    case "present":
      return planPresent(facts, guest);
  }
}

/** Once: a VMI is one run. */
function shouldStart(facts: Facts): boolean {
  return facts.isSandboxStanding && isWanted(facts) && phaseOf(facts.vmi) === "Scheduled";
}

function isWanted(facts: Facts): facts is Facts & { readonly vmi: VirtualMachineInstance } {
  const { vmi, pod } = facts;
  return (
    vmi !== undefined &&
    vmi.metadata.deletionTimestamp === undefined &&
    pod !== undefined &&
    pod.metadata.deletionTimestamp === undefined
  );
}

/** While the pod's status makes its way to the VMI and back. */
function aheadSteps(facts: Facts): readonly Step[] {
  const { canGetAhead = false, sandbox } = facts;
  if (!canGetAhead || !isWanted(facts) || isFinal(facts.vmi)) return [];
  return [{ do: "getAhead", vmi: facts.vmi, sandbox }];
}

function startSteps({ sandbox, vmi }: Facts): readonly Step[] {
  if (!vmi) return [];
  const letRun: Step[] = vmi.spec.startStrategy === "Paused" ? [] : [{ do: "letRun", sandbox }];
  const isServed = vmi.spec.domain.devices.interfaces?.some(({ passt, passtBinding }) => passt || passtBinding);
  const serve: Step[] = isServed ? [{ do: "serveInterfaces", vmi, sandbox }] : [];
  return [{ do: "makeReady", vmi, sandbox }, { do: "startQemu", vmi, sandbox }, ...serve, ...letRun];
}

/** A start that nobody waits for any more. One whose VMI is not known yet may still be wanted. */
function abandonSteps(facts: Facts): readonly Step[] {
  const { sandbox, vmi, isSandboxStanding, now } = facts;
  if (!graceOf(facts) && isSandboxStanding) return [];
  const message = "The guest was given up before it ran";
  const end = { failed: true, reason: "NotStarted", message, at: now.toISOString() };
  return [{ do: "endGuest", sandbox, vmi, end }];
}

function planPresent(facts: Facts, guest: Present): Plan<Step> {
  const { sandbox, vmi, now } = facts;
  const end = endOf(guest, now);
  const grace = graceOf(facts);
  const rebootLeftMs = grace ? 0 : leftMs(guest.rebootUntil, now);
  if (end) {
    if (rebootLeftMs > 0 && !end.failed) return { steps: [{ do: "finishReboot", sandbox }] };
    return { steps: [{ do: "endGuest", sandbox, vmi, end }] };
  }
  if (grace) return planShutdown(facts, guest, grace);
  const mending = planMending(facts, guest);
  if (mending.steps.length > 0) return mending;
  return sooner(planWhole(facts, guest, rebootLeftMs), mending);
}

/** A guest that runs, as far as its interfaces let it. */
function planWhole(facts: Facts, guest: Present, rebootLeftMs: number): Plan<Step> {
  const { sandbox, now } = facts;
  // Nobody can speak for an interface that the pod has not.
  if (guest.unserved.some((name) => !guest.losses.some((loss) => loss.name === name))) return planServing(facts, guest);
  if (guest.state === "prelaunch" && !guest.startsPaused) {
    return { steps: [{ do: "letRun", sandbox }, ...runningSteps(facts, guest)] };
  }
  if (rebootLeftMs > 0) return press(facts, guest, rebootLeftMs, false);
  if (guest.frozenUntil === undefined) return { steps: runningSteps(facts, guest) };
  const frozenLeftMs = leftMs(guest.frozenUntil, now);
  if (frozenLeftMs === 0) return { steps: [{ do: "thaw", sandbox }] };
  return { steps: runningSteps(facts, guest), lookAgainInMs: frozenLeftMs };
}

function sooner({ steps, lookAgainInMs: planned }: Plan<Step>, { lookAgainInMs: other }: Plan<Step>): Plan<Step> {
  const times = [planned, other].filter((ms) => ms !== undefined);
  return { steps, ...(times.length > 0 && { lookAgainInMs: Math.min(...times) }) };
}

/** Whoever dies as soon as it is started is not started all the time. */
function planServing(facts: Facts, { lastServedAt }: Present): Plan<Step> {
  const { sandbox, vmi, now } = facts;
  const dueInMs = lastServedAt === undefined ? 0 : serveEveryMs - (now.getTime() - lastServedAt.getTime());
  if (dueInMs > 0) return { steps: [], lookAgainInMs: dueInMs };
  return { steps: [{ do: "serveInterfaces", vmi, sandbox }], lookAgainInMs: serveEveryMs };
}

function runningSteps(facts: Facts, guest: Present): readonly Step[] {
  const { vmi } = facts;
  const isOurs = vmi && (phaseOf(vmi) === "Scheduled" || phaseOf(vmi) === "Running");
  return isOurs ? statusSteps(vmi, renderRunningStatus(vmi, guest, facts)) : [];
}

/** What its QEMU, which pauses where others exit, says of a guest that runs no more. */
function endOf({ state }: Present, now: Date): GuestEnd | undefined {
  const at = now.toISOString();
  switch (state) {
    case "shutdown":
      return { failed: false, reason: "Shutdown", message: "The guest was shut down", at };
    case "guest-panicked":
      return { failed: true, reason: "GuestPanicked", message: "The guest's kernel panicked; see its console", at };
    case "internal-error":
      return { failed: true, reason: "Crashed", message: "QEMU met an error that it cannot go on from", at };
    default:
      return undefined;
  }
}

interface Grace {
  readonly endsAt: Date;
  /** Without ACPI there is no power button. */
  readonly canBeAsked: boolean;
}

/**
 * How long a guest that is to go may take: from the first request, its VMI's or its pod's, the grace period of its spec, and never
 * longer than its pod has.
 */
function graceOf({ vmi, pod }: Facts): Grace | undefined {
  const asked = [requestedAt(vmi), requestedAt(pod)].filter((at) => at !== undefined);
  if (asked.length === 0) return undefined;
  const bySpec = Math.min(...asked) + graceSeconds(vmi) * 1000;
  const byPod = Date.parse(pod?.metadata.deletionTimestamp ?? "");
  const endsAt = new Date(Number.isNaN(byPod) ? bySpec : Math.min(bySpec, byPod));
  return { endsAt, canBeAsked: vmi?.spec.domain.features?.acpi?.enabled !== false };
}

/** What a guest's spec, or else upstream's default, gives it to shut down. */
export function graceSeconds(vmi: Pick<VirtualMachineInstance, "spec"> | undefined): number {
  return vmi?.spec.terminationGracePeriodSeconds ?? 30;
}

/** A deletion timestamp lies one grace period ahead of the request. */
function requestedAt(object: VirtualMachineInstance | Pod | undefined): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object?.metadata ?? {};
  return deletionTimestamp === undefined
    ? undefined
    : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
}

/** The button is pressed again and again, since a guest that still boots does not hear it; at last the guest is destroyed. */
function planShutdown(facts: Facts, guest: Present, { endsAt, canBeAsked }: Grace): Plan<Step> {
  const { sandbox, vmi, now } = facts;
  const graceLeftMs = leftMs(endsAt, now);
  if (graceLeftMs > 0 && canBeAsked) {
    return press(facts, guest, graceLeftMs, guest.lastPressAt === undefined);
  }
  const at = now.toISOString();
  const end = canBeAsked
    ? { failed: true, reason: "GracePeriodExpired", message: "The guest did not shut down within its grace period", at }
    : { failed: false, reason: "Destroyed", message: "The guest has no power button and was switched off", at };
  return { steps: [{ do: "endGuest", sandbox, vmi, end }] };
}

function press({ sandbox, vmi, now }: Facts, { lastPressAt }: Present, untilMs: number, isFirst: boolean): Plan<Step> {
  const dueInMs = lastPressAt === undefined ? 0 : pressEveryMs - (now.getTime() - lastPressAt.getTime());
  if (dueInMs > 0) return { steps: [], lookAgainInMs: Math.min(dueInMs, untilMs) };
  return {
    steps: [{ do: "pressPowerButton", sandbox, vmi, isFirst }],
    lookAgainInMs: Math.min(pressEveryMs, untilMs),
  };
}

function statusSteps(
  vmi: VirtualMachineInstance,
  { status, events }: ReturnType<typeof renderRunningStatus>,
): readonly Step[] {
  return isJsonEqual(status, vmi.status ?? {}) ? [] : [{ do: "writeStatus", vmi, status, events }];
}

function leftMs(until: Date | undefined, now: Date): number {
  return until === undefined ? 0 : Math.max(0, until.getTime() - now.getTime());
}

const pressEveryMs = 1000;
const serveEveryMs = 1000;
