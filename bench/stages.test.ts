import assert from "node:assert/strict";
import { test } from "node:test";
import { type Step, summariseSteps } from "./stages.ts";

const step = (name: string, beginMs: number, endMs: number): Step => ({ controller: "c", step: name, beginMs, endMs });

test("summariseSteps() puts the n-th time of a step beside the n-th time of it in the other starts", () => {
  const stages = summariseSteps([
    [step("write", 0, 10), step("make", 10, 40), step("write", 40, 50)],
    [step("write", 2, 14), step("make", 14, 54), step("write", 54, 60)],
  ]);
  assert.deepEqual(stages, [
    { name: "c/write", beginMs: 1, tookMs: 11 },
    { name: "c/make", beginMs: 12, tookMs: 35 },
    { name: "c/write (2)", beginMs: 47, tookMs: 8 },
  ]);
});

test("summariseSteps() leaves out what most starts did not do", () => {
  const stages = summariseSteps([
    [step("make", 0, 1), step("again", 1, 2)],
    [step("make", 0, 1)],
    [step("make", 0, 1)],
  ]);
  assert.deepEqual(
    stages.map(({ name }) => name),
    ["c/make"],
  );
});
