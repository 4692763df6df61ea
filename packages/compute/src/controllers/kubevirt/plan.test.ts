import assert from "node:assert/strict";
import { test } from "node:test";
import { at, converge, stepNames } from "@peapod/machinery/testing";
import { type Facts, planKubevirt, type Step } from "./plan.ts";

const fresh: Facts = {
  key: "kubevirt/kubevirt",
  kubevirt: undefined,
  hasNamespace: false,
  version: "v0.1.0",
  architecture: "amd64",
  now: at("12:00:00"),
};

test("planKubevirt() makes the object, and its namespace first", () => {
  assert.deepEqual(stepNames(planKubevirt(fresh)), ["createNamespace", "createKubevirt"]);
  assert.deepEqual(stepNames(planKubevirt({ ...fresh, hasNamespace: true })), ["createKubevirt"]);
});

test("planKubevirt() says what can be done and that all of it is there", () => {
  const { kubevirt } = converge({ plan: planKubevirt, facts: fresh, apply });
  assert.deepEqual(kubevirt?.spec.configuration?.developerConfiguration?.featureGates, ["HostDisk"]);
  assert.equal(kubevirt?.status?.phase, "Deployed");
  assert.equal(kubevirt?.status?.observedKubeVirtVersion, "v0.1.0");
  assert.equal(kubevirt?.status?.defaultArchitecture, "amd64");
  assert.deepEqual(
    kubevirt?.status?.conditions?.map(({ type, status }) => [type, status]),
    [
      ["Created", "True"],
      ["Available", "True"],
      ["Progressing", "False"],
      ["Degraded", "False"],
    ],
  );
});

test("planKubevirt() keeps an administrator's configuration", () => {
  const configured = {
    apiVersion: "kubevirt.io/v1",
    kind: "KubeVirt",
    metadata: { namespace: "kubevirt", name: "kubevirt", generation: 2 },
    spec: { configuration: { developerConfiguration: { useEmulation: true } } },
  };
  const { kubevirt } = converge({ plan: planKubevirt, facts: { ...fresh, kubevirt: configured }, apply });
  assert.deepEqual(kubevirt?.spec, configured.spec);
  assert.equal(kubevirt?.status?.observedGeneration, 2);
});

test("planKubevirt() tells the author of a second object that it counts for nothing", () => {
  const second = { apiVersion: "kubevirt.io/v1", kind: "KubeVirt", metadata: { namespace: "a", name: "b" }, spec: {} };
  const { kubevirt } = converge({ plan: planKubevirt, facts: { ...fresh, key: "a/b", kubevirt: second }, apply });
  assert.equal(kubevirt?.status?.phase, undefined);
  assert.equal(kubevirt?.status?.conditions?.[0]?.reason, "ExistingDeployment");
});

function apply(facts: Facts, step: Step): Facts {
  switch (step.do) {
    case "createNamespace":
      return { ...facts, hasNamespace: true };
    case "createKubevirt":
      return { ...facts, kubevirt: step.kubevirt };
    case "writeStatus":
      return { ...facts, kubevirt: { ...step.kubevirt, status: step.status } };
  }
}
