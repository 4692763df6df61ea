import assert from "node:assert/strict";
import { test } from "node:test";
import { at, stepNames } from "@peapod/machinery/testing";
import { facts, guestFacts, present } from "../../testing/guest-facts.ts";
import { scheduledInstance } from "../../testing/guest-objects.ts";
import { planGuest } from "../plan.ts";
import { renderConditions } from "../render/conditions.ts";
import type { SeenLoss } from "../types.ts";

const vmi = { ...scheduledInstance(), status: { phase: "Running" } };
const lost = (how: Partial<SeenLoss> = {}): SeenLoss => ({
  name: "default",
  podInterfaceName: "eth0",
  links: ["eth0"],
  isCut: false,
  isDetached: true,
  isUnserved: false,
  isUnplugged: false,
  attempts: 0,
  triedAt: undefined,
  because: undefined,
  isFinal: false,
  isDue: false,
  ...how,
});
const because = 'Cannot attach interface "eth0"';
const failed = (attempts: number, how: Partial<SeenLoss> = {}) =>
  lost({ attempts, triedAt: at("12:00:00"), because, ...how });
const planWith = (losses: readonly SeenLoss[], now = at("12:00:00")) =>
  planGuest(facts({ vmi, guest: present({ losses }), now }));

test("planMending() mends at once, before anything else that a running guest needs", () => {
  const unserved = ["default"];
  const plan = planGuest(facts({ vmi, guest: present({ losses: [lost()], unserved }) }));
  assert.deepEqual(stepNames(plan), ["mendInterface"]);
  assert.equal(plan.lookAgainInMs, 0, "if it fails, nothing else would tell");
});

test("planMending() waits longer after each failure, at most half a minute, and writes the status meanwhile", () => {
  assert.deepEqual(
    [1, 2, 4, 5, 9].map((attempts) => planWith([failed(attempts)]).lookAgainInMs),
    [2_000, 4_000, 16_000, 30_000, 30_000],
  );
  assert.deepEqual(stepNames(planWith([failed(1)])), ["writeStatus"]);
  assert.deepEqual(stepNames(planWith([failed(1)], at("12:00:02"))), ["mendInterface"]);
});

test("planMending() tries again as soon as something has changed that may have been in the way", () => {
  assert.deepEqual(stepNames(planWith([failed(9, { isDue: true })])), ["mendInterface"]);
});

test("planMending() leaves alone what only a restart helps, and guests that nobody wants any more", () => {
  const final = planWith([failed(1, { isFinal: true })], at("13:00:00"));
  assert.deepEqual([stepNames(final), final.lookAgainInMs], [["writeStatus"], undefined]);
  for (const gone of [{ vmi: undefined }, { pod: undefined }]) {
    const steps = stepNames(planGuest(facts({ vmi, ...gone, guest: present({ losses: [lost()] }) })));
    assert.ok(!steps.includes("mendInterface"), Object.keys(gone).join());
  }
});

test("planMending() lets nobody speak for an interface that the pod has not", () => {
  const unserved = ["default"];
  const plan = planGuest(facts({ vmi, guest: present({ losses: [failed(1)], unserved }) }));
  assert.deepEqual(stepNames(plan), ["writeStatus"]);
});

test("renderConditions() says what cannot be mended as long as it is so, and not what is mended at once", () => {
  const synchronized = (losses: readonly SeenLoss[]) =>
    renderConditions(vmi, present({ losses, facts: guestFacts() }), at("12:00:00")).conditions.find(
      ({ type }) => type === "Synchronized",
    );
  assert.equal(synchronized([lost()]), undefined);
  const { status, reason, message } = synchronized([failed(1)]) ?? {};
  assert.deepEqual([status, reason, message], ["False", "InterfaceLost", because]);
});
