import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, VirtualMachineInstance } from "@peapod/api";
import { at, converge, stepNames } from "@peapod/machinery/testing";
import { ended, facts, present } from "../testing/guest-facts.ts";
import { launcherPod, scheduledInstance } from "../testing/guest-objects.ts";
import { graceSeconds, planGuest } from "./plan.ts";
import type { Facts, Step } from "./types.ts";

const deleted = <T extends Pod | VirtualMachineInstance>(object: T, time: string, graceSeconds?: number): T => ({
  ...object,
  metadata: {
    ...object.metadata,
    deletionTimestamp: at(time).toISOString(),
    ...(graceSeconds !== undefined && { deletionGracePeriodSeconds: graceSeconds }),
  },
});

test("planGuest() starts a scheduled guest whose sandbox stands", () => {
  assert.deepEqual(stepNames(planGuest(facts())), ["makeReady", "startQemu", "letRun"]);
});

test("planGuest() lets a guest run when somebody speaks for its interfaces, and finds another when they died", () => {
  const interfaces = [{ name: "default", passt: {} }];
  const { domain } = scheduledInstance().spec;
  const vmi = scheduledInstance("1", { domain: { ...domain, devices: { ...domain.devices, interfaces } } });
  assert.deepEqual(stepNames(planGuest(facts({ vmi }))), ["makeReady", "startQemu", "serveInterfaces", "letRun"]);
  const unserved = ["default"];
  const prelaunch = planGuest(facts({ guest: present({ state: "prelaunch", unserved }) }));
  assert.deepEqual(stepNames(prelaunch), ["serveInterfaces"]);
  const died = planGuest(facts({ guest: present({ unserved, lastServedAt: at("11:59:00") }), now: at("12:00:00") }));
  assert.deepEqual(stepNames(died), ["serveInterfaces"]);
  const atOnce = present({ unserved, lastServedAt: at("11:59:59.600") });
  assert.deepEqual(planGuest(facts({ guest: atOnce, now: at("12:00:00") })), { steps: [], lookAgainInMs: 600 });
});

test("planGuest() leaves a guest stopped that is to start paused", () => {
  const vmi = scheduledInstance("1", { startStrategy: "Paused" });
  assert.deepEqual(stepNames(planGuest(facts({ vmi }))), ["makeReady", "startQemu"]);
});

test("planGuest() starts nothing without a sandbox, out of its phase, or on its way out", () => {
  const running = { ...scheduledInstance(), status: { phase: "Running" } };
  for (const no of [
    { isSandboxStanding: false },
    { vmi: undefined },
    { pod: undefined },
    { vmi: running },
    { vmi: deleted(scheduledInstance(), "12:00:00") },
    { pod: deleted(launcherPod(), "12:01:00", 60) },
    { guest: ended() },
  ]) {
    assert.ok(!stepNames(planGuest(facts(no))).includes("startQemu"), Object.keys(no).join());
  }
});

test("planGuest() gets ahead of a VMI that is not scheduled yet, once and only for a pod that stays", () => {
  const vmi = { ...scheduledInstance(), status: { phase: "Scheduling" } };
  assert.deepEqual(stepNames(planGuest(facts({ vmi, canGetAhead: true }))), ["getAhead"]);
  assert.deepEqual(stepNames(planGuest(facts({ vmi, canGetAhead: false }))), []);
  const leaving = deleted(launcherPod(), "12:01:00", 60);
  assert.deepEqual(stepNames(planGuest(facts({ vmi, pod: leaving, canGetAhead: true }))), []);
  assert.deepEqual(stepNames(planGuest(facts({ canGetAhead: true }))), ["makeReady", "startQemu", "letRun"]);
});

test("planGuest() goes on with a start that died, and gives it up when nobody wants it", () => {
  const guest = { is: "unfinished" } as const;
  assert.deepEqual(stepNames(planGuest(facts({ guest }))), ["makeReady", "startQemu", "letRun"]);
  assert.deepEqual(stepNames(planGuest(facts({ guest, isSandboxStanding: false }))), ["endGuest"]);
  assert.deepEqual(stepNames(planGuest(facts({ guest, pod: deleted(launcherPod(), "12:01:00", 60) }))), ["endGuest"]);
  assert.deepEqual(stepNames(planGuest(facts({ guest, vmi: undefined }))), []);
});

test("planGuest() lets a guest run whose QEMU was started and no more", () => {
  assert.deepEqual(stepNames(planGuest(facts({ guest: present({ state: "prelaunch" }) }))), ["letRun", "writeStatus"]);
});

test("planGuest() writes the status of a running guest once", () => {
  const first = planGuest(facts({ guest: present() }));
  assert.deepEqual(stepNames(first), ["writeStatus"]);
  const [step] = first.steps;
  assert.ok(step?.do === "writeStatus");
  assert.equal(step.status.phase, "Running");
  assert.deepEqual(step.events, [{ type: "Normal", reason: "Started", message: "VirtualMachineInstance started." }]);
  const vmi = { ...step.vmi, status: step.status };
  assert.deepEqual(planGuest(facts({ vmi, guest: present() })).steps, []);
});

test("planGuest() presses the power button once a second until the grace ends, then switches off", () => {
  const vmi = deleted(scheduledInstance("1", { terminationGracePeriodSeconds: 10 }), "12:00:00");
  const plan = (now: string, lastPressAt?: string) =>
    planGuest(facts({ vmi, guest: present(lastPressAt ? { lastPressAt: at(lastPressAt) } : {}), now: at(now) }));
  const first = plan("12:00:00");
  assert.deepEqual(
    first.steps.map((step) => step.do === "pressPowerButton" && step.isFirst),
    [true],
  );
  assert.equal(first.lookAgainInMs, 1000);
  assert.deepEqual(plan("12:00:00.400", "12:00:00"), { steps: [], lookAgainInMs: 600 });
  assert.deepEqual(
    plan("12:00:01", "12:00:00").steps.map((step) => step.do === "pressPowerButton" && step.isFirst),
    [false],
  );
  assert.equal(plan("12:00:09.700", "12:00:09").lookAgainInMs, 300);
  const last = plan("12:00:10", "12:00:09");
  assert.deepEqual(
    last.steps.map((step) => step.do === "endGuest" && [step.end.failed, step.end.reason]),
    [[true, "GracePeriodExpired"]],
  );
});

test("planGuest() counts the grace from the first request, and never beyond the pod's own", () => {
  const vmi = deleted(scheduledInstance("1", { terminationGracePeriodSeconds: 3600 }), "12:00:05");
  const pod = deleted(launcherPod(), "12:01:00", 60);
  const plan = (now: string) => stepNames(planGuest(facts({ vmi, pod, guest: present(), now: at(now) })));
  assert.deepEqual(plan("12:00:59"), ["pressPowerButton"]);
  assert.deepEqual(plan("12:01:00"), ["endGuest"]);
});

test("planGuest() switches a guest without power button off at once, and that is no failure", () => {
  const vmi = deleted(scheduledInstance("1", { features: { features: { acpi: { enabled: false } } } }), "12:00:00");
  const [step] = planGuest(facts({ vmi, guest: present() })).steps;
  assert.ok(step?.do === "endGuest");
  assert.equal(step.end.failed, false);
});

test("planGuest() ends a guest whose machine has stopped, by what stopped it", () => {
  const how = (state: "shutdown" | "guest-panicked" | "internal-error") => {
    const [step] = planGuest(facts({ guest: present({ state }) })).steps;
    return step?.do === "endGuest" ? [step.end.failed, step.end.reason] : step?.do;
  };
  assert.deepEqual(how("shutdown"), [false, "Shutdown"]);
  assert.deepEqual(how("guest-panicked"), [true, "GuestPanicked"]);
  assert.deepEqual(how("internal-error"), [true, "Crashed"]);
});

test("planGuest() reboots by the power button, within its time and only if the guest is to stay", () => {
  const rebootUntil = at("12:01:00");
  const plan = (overrides: Partial<Facts>) => stepNames(planGuest(facts(overrides)));
  assert.deepEqual(plan({ guest: present({ rebootUntil }) }), ["pressPowerButton"]);
  assert.deepEqual(plan({ guest: present({ rebootUntil, state: "shutdown" }) }), ["finishReboot"]);
  assert.deepEqual(plan({ guest: present({ rebootUntil, state: "shutdown" }), now: at("12:02:00") }), ["endGuest"]);
  const vmi = deleted(scheduledInstance(), "12:00:00");
  assert.deepEqual(plan({ vmi, guest: present({ rebootUntil, state: "shutdown" }) }), ["endGuest"]);
});

test("planGuest() thaws filesystems that were frozen for too long", () => {
  const guest = present({ frozenUntil: at("12:00:30") });
  assert.equal(planGuest(facts({ guest })).lookAgainInMs, 30_000);
  assert.deepEqual(stepNames(planGuest(facts({ guest, now: at("12:00:30") }))), ["thaw"]);
});

test("planGuest() finishes an end that was decided, and then says how it was", () => {
  assert.deepEqual(stepNames(planGuest(facts({ guest: { ...ended(), is: "ending" } }))), ["endGuest"]);
  assert.deepEqual(stepNames(planGuest(facts({ guest: { ...ended(), is: "vanished" } }))), ["endGuest"]);
  const [step] = planGuest(facts({ guest: ended(true) })).steps;
  assert.ok(step?.do === "writeStatus");
  assert.deepEqual([step.status.phase, step.status.reason], ["Failed", "Crashed"]);
  assert.deepEqual(planGuest(facts({ guest: ended(), vmi: undefined })).steps, []);
});

test("planGuest() converges from Scheduled to Running, and from a deletion to the end", () => {
  const apply = (seen: Facts, step: Step): Facts => {
    switch (step.do) {
      case "startQemu":
        return { ...seen, guest: present({ state: "prelaunch" }) };
      case "letRun":
        return { ...seen, guest: present() };
      case "pressPowerButton":
        return { ...seen, guest: present({ state: "shutdown" }) };
      case "endGuest":
        return { ...seen, guest: { is: "ended", end: step.end } };
      case "writeStatus":
        return { ...seen, vmi: { ...step.vmi, status: step.status } };
      default:
        return seen;
    }
  };
  const up = converge({ plan: planGuest, facts: facts(), apply });
  assert.equal(up.vmi?.status?.phase, "Running");
  assert.ok(up.vmi);
  const down = converge({ plan: planGuest, facts: { ...up, vmi: deleted(up.vmi, "12:00:00") }, apply });
  assert.equal(down.vmi?.status?.phase, "Succeeded");
});

test("graceSeconds() is the spec's, or upstream's thirty", () => {
  assert.equal(graceSeconds(scheduledInstance()), 30);
  assert.equal(graceSeconds(scheduledInstance("1", { terminationGracePeriodSeconds: 0 })), 0);
});
