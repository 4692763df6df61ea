import assert from "node:assert/strict";
import type { Plan } from "../controller/types.ts";

/**
 * Applies the steps of a plan to the facts it saw, plans again, and so on until nothing is left: what every planner must reach.
 *
 * @param options.apply  what the world looks like after a step was carried out
 * @param options.rounds  how many plans it may take; default 10
 * @returns the last facts, for further looks
 * @throws {assert.AssertionError} when steps are still left, naming them
 */
export function converge<Facts, Step extends { readonly do: string }>(options: {
  readonly plan: (facts: Facts) => Plan<Step>;
  readonly facts: Facts;
  readonly apply: (facts: Facts, step: Step) => Facts;
  readonly rounds?: number;
}): Facts {
  const { plan, apply, rounds = 10 } = options;
  let { facts } = options;
  let left: readonly string[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const { steps } = plan(facts);
    if (steps.length === 0) return facts;
    left = stepNames({ steps });
    facts = steps.reduce(apply, facts);
  }
  return assert.fail(`the plan does not converge: after ${rounds} rounds it still wants ${left.join(", ")}`);
}

/** `["createInstance", "writeStatus"]` */
export function stepNames(plan: Plan<{ readonly do: string }>): readonly string[] {
  return plan.steps.map((step) => step.do);
}

/** `at("12:00:30")`: that time of one certain day, UTC. */
export function at(time: string): Date {
  return new Date(`2026-01-15T${time}Z`);
}
