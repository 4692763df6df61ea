import assert from "node:assert/strict";
import test from "node:test";
import { converge, stepNames } from "./converge.ts";

const plan = (facts: { readonly at: number; readonly wanted: number }) => ({
  steps: facts.at < facts.wanted ? [{ do: "climb" as const }] : [],
});

test("converge() applies steps until none is left", () => {
  const last = converge({ plan, facts: { at: 0, wanted: 3 }, apply: (facts) => ({ ...facts, at: facts.at + 1 }) });
  assert.deepEqual(last, { at: 3, wanted: 3 });
  assert.deepEqual(stepNames(plan({ at: 0, wanted: 3 })), ["climb"]);
});

test("converge() fails for a plan that never ends", () => {
  assert.throws(() => converge({ plan, facts: { at: 0, wanted: 3 }, apply: (facts) => facts }), {
    message: "the plan does not converge: after 10 rounds it still wants climb",
  });
});
