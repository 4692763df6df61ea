import assert from "node:assert/strict";
import { test } from "node:test";
import { kubeVirt, review } from "../testing/index.ts";
import { kubeVirtCreation, kubeVirtUpdate } from "./kubevirt.ts";

test("there is one KubeVirt object", () => {
  const second = { ...kubeVirt(), metadata: { name: "other", namespace: "kubevirt" } };
  assert.deepEqual(kubeVirtCreation.validate?.(review(kubeVirt())), []);
  assert.deepEqual(kubeVirtCreation.validate?.(review(second)), []);
  assert.deepEqual(
    kubeVirtCreation.validate?.(review(second, { known: [kubeVirt()] }))?.map(({ message }) => message),
    ["Kubevirt is already created"],
  );
});

test("a feature gate is on or off, not both", () => {
  const both = kubeVirt({ developerConfiguration: { featureGates: ["HostDisk"], disabledFeatureGates: ["HostDisk"] } });
  assert.deepEqual(
    kubeVirtUpdate
      .validate?.(review(both, { oldObject: kubeVirt() }))
      ?.map(({ path, message }) => `${path}: ${message}`),
    [
      'spec.configuration.developerConfiguration.featureGates: feature gate "HostDisk" exists on both "FeatureGates" and "DisabledFeatureGates"',
    ],
  );
});

test("changes are rolled out in one of two ways", () => {
  assert.deepEqual(kubeVirtCreation.validate?.(review(kubeVirt({ vmRolloutStrategy: "Stage" }))), []);
  assert.deepEqual(
    kubeVirtCreation.validate?.(review(kubeVirt({ vmRolloutStrategy: "Boldly" })))?.map(({ message }) => message),
    ["spec.configuration.vmRolloutStrategy is set with an unrecognized option: Boldly"],
  );
});

test("settings that cannot be honoured are refused with their path", () => {
  const asked = kubeVirt({
    cpuModel: "Skylake-Server",
    migrations: { allowPostCopy: true },
    selinuxLauncherType: "virt_t",
  });
  assert.deepEqual(
    kubeVirtCreation.validate?.(review(asked))?.map(({ path }) => path),
    ["spec.configuration.migrations", "spec.configuration.selinuxLauncherType"],
  );
});

test("a KubeVirt object whose spec did not change is not judged again", () => {
  const asked = kubeVirt({ selinuxLauncherType: "virt_t" });
  assert.deepEqual(kubeVirtUpdate.validate?.(review(asked, { oldObject: asked })), []);
});
