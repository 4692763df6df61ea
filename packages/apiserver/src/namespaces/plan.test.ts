import assert from "node:assert/strict";
import { test } from "node:test";
import { at, converge, stepNames } from "@peapod/machinery/testing";
import { type NamespaceFacts, planNamespace } from "./plan.ts";

const facts = (given: Partial<NamespaceFacts>): NamespaceFacts => ({
  isTerminating: false,
  finalizers: ["kubernetes"],
  hasDefaultAccount: true,
  contents: [],
  conditions: [],
  now: at("12:00:00"),
  ...given,
});
const held = { resource: "widgets.example.com", count: 1, untouched: 0, finalizers: ["x.y/z"] };

test("planNamespace() gives every namespace a default account", () => {
  assert.deepEqual(stepNames(planNamespace(facts({ hasDefaultAccount: false }))), ["createDefaultAccount"]);
  assert.deepEqual(stepNames(planNamespace(facts({}))), []);
});

test("planNamespace() empties a namespace before it lets it go", () => {
  const contents = [{ resource: "configmaps.", count: 2, untouched: 1, finalizers: [] }];
  assert.deepEqual(planNamespace(facts({ isTerminating: true, contents })).steps, [
    { do: "deleteContent", resource: "configmaps." },
  ]);
  assert.deepEqual(stepNames(planNamespace(facts({ isTerminating: true }))), ["finalize"]);
});

test("planNamespace() says what holds a namespace, in Kubernetes' words", () => {
  const [step] = planNamespace(facts({ isTerminating: true, contents: [held] })).steps;
  assert.ok(step?.do === "writeConditions");
  assert.deepEqual(
    step.conditions.filter(({ status }) => status === "True").map(({ type, message }) => `${type}: ${message}`),
    [
      "NamespaceContentRemaining: Some resources are remaining: widgets.example.com has 1 resource instances",
      "NamespaceFinalizersRemaining: Some content in the namespace has finalizers remaining: x.y/z in 1 resource instances",
    ],
  );
});

test("planNamespace() converges, also while something is held", () => {
  converge({
    plan: planNamespace,
    facts: facts({ isTerminating: true, contents: [held] }),
    apply: (before, step) => (step.do === "writeConditions" ? { ...before, conditions: step.conditions } : before),
  });
});
