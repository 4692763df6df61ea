import assert from "node:assert/strict";
import { planBinding } from "../binding/plan.ts";
import type { BindingRequest, BridgedPlan } from "../binding/types.ts";

/** The plan of a binding that has a bridge. */
export function planBridged(request: BindingRequest): BridgedPlan {
  const plan = planBinding(request);
  assert.ok(plan.binding === "bridge" || plan.binding === "masquerade");
  return plan;
}
