import assert from "node:assert/strict";
import test from "node:test";
import { converge, stepNames } from "@peapod/machinery/testing";
import { type Facts, planCoordinator, type Step } from "./plan.ts";

const fresh: Facts = {
  name: "default",
  coordinator: undefined,
  podNetwork: "10.244.0.0/16",
  serviceNetwork: "10.96.0.0/12",
};

test("planCoordinator() makes the default object, Synced with the networks there are", () => {
  const { coordinator } = converge({ plan: planCoordinator, facts: fresh, apply });
  assert.deepEqual(coordinator?.spec, {
    mode: "auto",
    podCIDRType: "none",
    hijackCIDR: ["169.254.0.0/16"],
    tunePodRoutes: true,
  });
  assert.deepEqual(coordinator?.status, {
    phase: "Synced",
    overlayPodCIDR: ["10.244.0.0/16"],
    serviceCIDR: ["10.96.0.0/12"],
  });
});

test("planCoordinator() keeps what people set, and leaves other objects alone", () => {
  const own = { ...object("default"), spec: { mode: "underlay" as const, hijackCIDR: [] } };
  assert.deepEqual(
    converge({ plan: planCoordinator, facts: { ...fresh, coordinator: own }, apply }).coordinator?.spec,
    {
      mode: "underlay",
      hijackCIDR: [],
    },
  );
  assert.deepEqual(planCoordinator({ ...fresh, name: "other", coordinator: object("other") }).steps, []);
});

test("planCoordinator() lets an object go that is deleted, and makes the default again", () => {
  const metadata = {
    name: "default",
    deletionTimestamp: "2026-01-15T12:00:00Z",
    finalizers: ["spiderpool.spidernet.io"],
  };
  const leaving = { ...fresh, coordinator: { ...object("default"), metadata } };
  assert.deepEqual(stepNames(planCoordinator(leaving)), ["letGo"]);
  assert.equal(
    converge({ plan: planCoordinator, facts: leaving, apply }).coordinator?.metadata.deletionTimestamp,
    undefined,
  );
});

function object(name: string) {
  return { apiVersion: "spiderpool.spidernet.io/v2beta1", kind: "SpiderCoordinator", metadata: { name } };
}

function apply(facts: Facts, step: Step): Facts {
  return { ...facts, coordinator: step.do === "letGo" ? undefined : step.coordinator };
}
