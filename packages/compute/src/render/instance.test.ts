import assert from "node:assert/strict";
import { test } from "node:test";
import { firmwareUuid } from "../identity/firmware-uuid.ts";
import { machine } from "../testing/index.ts";
import { renderInstance } from "./instance.ts";

const vm = machine({
  metadata: { generation: 4 },
  spec: {
    template: {
      metadata: { labels: { app: "web" }, annotations: { note: "kept" } },
      spec: {
        domain: { devices: {}, memory: { guest: "128Mi" }, firmware: { uuid: "11111111-2222-4333-8444-555555555555" } },
      },
    },
  },
});

test("renderInstance() makes a run that is tied to its VM", () => {
  assert.deepEqual(renderInstance(vm), {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: {
      name: "web",
      namespace: "default",
      labels: { app: "web" },
      annotations: { note: "kept", "kubevirt.io/vm-generation": "4" },
      ownerReferences: [
        {
          apiVersion: "kubevirt.io/v1",
          kind: "VirtualMachine",
          name: "web",
          uid: vm.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      finalizers: ["kubevirt.io/virtualMachineControllerFinalize", "kubevirt.io/foregroundDeleteVirtualMachine"],
    },
    spec: vm.spec.template.spec,
    status: { virtualMachineRevisionName: `revision-start-vm-${vm.metadata.uid}-4` },
  });
});

test("renderInstance() gives every run of a VM without a firmware UUID the same one", () => {
  const plain = machine();
  const first = renderInstance(plain);
  assert.equal(first.spec.domain.firmware?.uuid, firmwareUuid("web"));
  assert.deepEqual(renderInstance(plain).spec, first.spec);
});

test("renderInstance() starts paused when the start request said so", () => {
  assert.equal(renderInstance(vm, { startPaused: true }).spec.startStrategy, "Paused");
});
