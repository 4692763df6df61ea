import assert from "node:assert/strict";
import { test } from "node:test";
import { KubeVirtSpec } from "./kinds/kubevirt/kubevirt.ts";
import { VirtualMachineSpec } from "./kinds/kubevirt/virtual-machine.ts";
import { VirtualMachineInstanceSpec } from "./kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { SchemaNode } from "./schema.ts";
import { instanceSpec } from "./testing/index.ts";
import { findUnhonoured } from "./unhonoured.ts";

const paths = (spec: Parameters<typeof instanceSpec>[0]) =>
  findUnhonoured(VirtualMachineInstanceSpec, instanceSpec(spec), "spec").map(({ path }) => path);

test("findUnhonoured() finds nothing in an ordinary machine", () => {
  assert.deepEqual(paths({}), []);
});

test("findUnhonoured() says what cannot be done, where, and why", () => {
  assert.deepEqual(
    findUnhonoured(VirtualMachineInstanceSpec, instanceSpec({ domain: { devices: { tpm: {} } } }), "spec"),
    [
      {
        path: "spec.domain.devices.tpm",
        reason: "FieldValueNotSupported",
        message: "spec.domain.devices.tpm cannot be honoured: virtual TPMs are yet to come",
      },
    ],
  );
});

test("findUnhonoured() refuses a field that asks by being there, and not one that is switched off", () => {
  assert.deepEqual(paths({ domain: { devices: { tpm: { enabled: false } } } }), []);
  assert.deepEqual(paths({ domain: { devices: { interfaces: [{ name: "default", sriov: {} }] } } }), [
    "spec.domain.devices.interfaces[0].sriov",
  ]);
});

test("findUnhonoured() lets pass what asks for nothing", () => {
  assert.deepEqual(
    paths({
      affinity: { podAffinity: {} },
      topologySpreadConstraints: [],
      priorityClassName: "",
      domain: {
        cpu: { dedicatedCpuPlacement: false, maxSockets: 0 },
        memory: { hugepages: { pageSize: "" } },
        features: { hyperv: {} },
        devices: { gpus: [], autoattachVSOCK: false },
      },
    }),
    [],
  );
});

test("findUnhonoured() refuses by value where only some values are honoured", () => {
  assert.deepEqual(paths({ evictionStrategy: "None", domain: { devices: { logSerialConsole: true } } }), []);
  assert.deepEqual(paths({ evictionStrategy: "LiveMigrate", domain: { devices: { logSerialConsole: false } } }), [
    "spec.evictionStrategy",
    "spec.domain.devices.logSerialConsole",
  ]);
});

test("findUnhonoured() lets the KubeVirt object of upstream's manifests pass", () => {
  const spec = {
    certificateRotateStrategy: {},
    configuration: { developerConfiguration: { featureGates: ["HostDisk"] } },
    customizeComponents: {},
    imagePullPolicy: "IfNotPresent",
    workloadUpdateStrategy: {},
  };
  assert.deepEqual(findUnhonoured(KubeVirtSpec, spec, "spec"), []);
});

for (const [name, schema] of Object.entries({ VirtualMachineSpec, KubeVirtSpec })) {
  test(`every field of ${name} says what it is for, and if it is not honoured, why`, () => {
    assert.deepEqual(findSilent(schema, ""), []);
  });
}

/** Fields without a description, or refused without a reason. Below a field that is refused as a whole nothing needs to be said. */
function findSilent(schema: SchemaNode, path: string): string[] {
  return Object.entries({ ...schema.properties, ...(schema.items && { "[]": schema.items }) }).flatMap(
    ([name, child]) => {
      const at = path === "" ? name : `${path}.${name}`;
      if (child.honoured === false) return child.description && child.because ? [] : [at];
      // What Kubernetes' own kinds share with ours is described by Kubernetes.
      const isForeign = /(nodeAffinity|dnsConfig|tolerations)/.test(at) || child.wire !== undefined;
      const isSilent = name !== "[]" && child.description === undefined && !isForeign;
      return [...(isSilent ? [at] : []), ...(isForeign ? [] : findSilent(child, at))];
    },
  );
}
