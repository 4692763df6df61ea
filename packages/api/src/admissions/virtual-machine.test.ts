import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachine } from "../kinds/kubevirt/virtual-machine.ts";
import { kubeVirt, review, virtualMachine } from "../testing/index.ts";
import { formatDenial } from "./denial.ts";
import { virtualMachineAdmission } from "./virtual-machine.ts";

const mutate = (vm: VirtualMachine, options: Parameters<typeof review>[1] = {}) =>
  virtualMachineAdmission.mutate?.(review(vm, options as object)) ?? vm;
const validate = (vm: VirtualMachine, options: Parameters<typeof review>[1] = {}) =>
  virtualMachineAdmission.validate?.(review(vm, options as object)) ?? [];
const messages = (vm: VirtualMachine) => validate(vm).map(({ path, message }) => `${path}: ${message}`);

test("a new machine keeps what must stay the same from run to run", () => {
  const { template } = mutate(virtualMachine()).spec;
  assert.equal(template.spec?.architecture, "amd64");
  assert.deepEqual(template.spec?.domain.machine, { type: "q35" });
  assert.match(
    template.spec?.domain.firmware?.uuid ?? "",
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.ok(template.spec?.domain.firmware?.serial);
  assert.deepEqual(template.metadata, { annotations: { "kubevirt.io/pci-topology-version": "v3" } });
});

test("a new machine keeps what its author chose", () => {
  const domain = { firmware: { uuid: "u", serial: "s", bootloader: { bios: {} } }, machine: { type: "pc-q35-7.2" } };
  const { template } = mutate(virtualMachine({ domain, architecture: "amd64" })).spec;
  assert.deepEqual(template.spec?.domain.firmware, domain.firmware);
  assert.deepEqual(template.spec?.domain.machine, domain.machine);
});

test("an update gives no new identity", () => {
  const old = virtualMachine();
  const { template } = mutate(old, { oldObject: old }).spec;
  assert.equal(template.spec?.domain.firmware, undefined);
  assert.deepEqual(template.metadata, {});
  assert.equal(template.spec?.domain.machine?.type, "q35");
});

test("a template's metadata may be null, as generators write it", () => {
  const vm = JSON.parse(JSON.stringify(virtualMachine()));
  vm.spec.template.metadata = null;
  assert.deepEqual(mutate(vm).spec.template.metadata, { annotations: { "kubevirt.io/pci-topology-version": "v3" } });
});

test("what does not fit the schema is left for validation by schema", () => {
  const vm = { ...virtualMachine(), spec: { template: "none" } } as unknown as VirtualMachine; // what a client may send
  assert.equal(mutate(vm), vm);
});

test("the installation decides on the machine type", () => {
  const known = [kubeVirt({ architectureConfiguration: { amd64: { machineType: "pc-q35-7.2" } } })];
  assert.equal(mutate(virtualMachine(), { known }).spec.template.spec?.domain.machine?.type, "pc-q35-7.2");
});

test("an ordinary machine is admitted, without a warning", () => {
  assert.deepEqual(validate(mutate(virtualMachine())), []);
  assert.deepEqual(virtualMachineAdmission.warn?.(review(virtualMachine())), []);
});

test("running and runStrategy exclude each other, and one must be there", () => {
  assert.deepEqual(messages(virtualMachine({}, { running: true })), [
    "spec.running: Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead",
  ]);
  assert.deepEqual(messages(virtualMachine({}, { runStrategy: undefined })), [
    "spec.running: RunStrategy must be specified",
  ]);
  const running = virtualMachine({}, { running: false, runStrategy: undefined });
  assert.deepEqual(messages(running), []);
  assert.deepEqual(virtualMachineAdmission.warn?.(review(running)), [
    "spec.running is deprecated, please use spec.runStrategy instead.",
  ]);
});

test("an unknown run strategy is refused, and one that needs migration too", () => {
  assert.deepEqual(messages(virtualMachine({}, { runStrategy: "Sometimes" })), [
    "spec.runStrategy: Invalid RunStrategy (Sometimes)",
  ]);
  assert.deepEqual(messages(virtualMachine({}, { runStrategy: "WaitAsReceiver" })), [
    "spec.runStrategy: Invalid RunStrategy (WaitAsReceiver), DecentralizedLiveMigration feature gate is not enabled in kubevirt resource",
  ]);
});

test("reserved labels are for controllers", () => {
  const template = {
    metadata: { labels: { "kubevirt.io/nodeName": "n1" } },
    spec: virtualMachine().spec.template.spec,
  };
  const vm = virtualMachine({}, { template });
  assert.deepEqual(messages(vm), [
    "spec.template.metadata.labels: creation of the following reserved kubevirt.io/ labels on a VMI object is prohibited",
  ]);
  const user = { username: "system:serviceaccount:peapod-system:virtualmachine-controller", groups: [] };
  assert.deepEqual(validate(vm, { user }), []);
});

test("annotations that ask for sidecars are refused", () => {
  const template = {
    metadata: { annotations: { "hooks.kubevirt.io/hookSidecars": "[]" } },
    spec: virtualMachine().spec.template.spec,
  };
  assert.deepEqual(messages(virtualMachine({}, { template })), [
    "spec.template.metadata.annotations: sidecar feature gate is not enabled in kubevirt-config, invalid entry spec.template.metadata.annotations.hooks.kubevirt.io/hookSidecars",
  ]);
});

test("annotations that would change nothing get a warning", () => {
  const template = {
    metadata: { annotations: { "kubevirt.io/memfd": "false" } },
    spec: virtualMachine().spec.template.spec,
  };
  assert.deepEqual(virtualMachineAdmission.warn?.(review(virtualMachine({}, { template }))), [
    'spec.template.metadata.annotations: "kubevirt.io/memfd" has no effect: Peapod has nothing that it would switch',
  ]);
});

test("everything wrong is said at once, upstream's rules before what is not honoured", () => {
  const vm = virtualMachine(
    { hostname: "Bad_Name", domain: { devices: { tpm: {} } } },
    { instancetype: { name: "small" } },
  );
  assert.deepEqual(
    validate(vm).map(({ path }) => path),
    ["spec.template.spec.hostname", "spec.template.spec.domain.devices.tpm", "spec.instancetype"],
  );
});

test("a machine whose spec did not change is not judged again, nor one that is being deleted", () => {
  const bad = virtualMachine({ domain: { devices: { tpm: {} } } });
  assert.deepEqual(validate(bad, { oldObject: bad }), []);
  const deleted = { ...bad, metadata: { ...bad.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  assert.deepEqual(validate(deleted, { oldObject: virtualMachine() }), []);
  assert.equal(validate(bad, { oldObject: virtualMachine() }).length, 1);
});

test("formatDenial() names ten problems and counts the rest", () => {
  const problems = Array.from({ length: 12 }, (_, index) => ({
    path: "",
    message: `m${index}`,
    reason: "FieldValueInvalid" as const,
  }));
  assert.equal(
    formatDenial(virtualMachineAdmission, problems),
    'admission webhook "virtualmachine-validator.kubevirt.io" denied the request: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, and 2 more validation errors',
  );
});
