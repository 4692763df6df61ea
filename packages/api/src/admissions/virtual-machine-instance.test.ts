import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachineInstance } from "../kinds/kubevirt/virtual-machine-instance.ts";
import { kubeVirt, review, virtualMachineInstance } from "../testing/index.ts";
import { virtualMachineInstanceCreation, virtualMachineInstanceUpdate } from "./virtual-machine-instance.ts";

type Options = Parameters<typeof review<VirtualMachineInstance>>[1];

const create = (vmi: VirtualMachineInstance, options: Options = {}) =>
  virtualMachineInstanceCreation.mutate?.(review(vmi, options)) ?? vmi;
const judge = (vmi: VirtualMachineInstance, options: Options = {}) =>
  virtualMachineInstanceCreation.validate?.(review(vmi, options)) ?? [];
const update = (vmi: VirtualMachineInstance, options: Options) =>
  virtualMachineInstanceUpdate.mutate?.(review(vmi, options)) ?? vmi;
const judgeUpdate = (vmi: VirtualMachineInstance, options: Options) =>
  virtualMachineInstanceUpdate.validate?.(review(vmi, options)) ?? [];

const agent = { username: "system:node:n1", groups: ["system:nodes"] };

test("a new instance shows every choice that was left open", () => {
  const { spec } = create(virtualMachineInstance());
  assert.equal(spec.architecture, "amd64");
  assert.deepEqual(spec.domain.machine, { type: "q35" });
  assert.deepEqual(spec.domain.cpu, { sockets: 1, cores: 1, threads: 1, model: "host-model" });
  assert.deepEqual(spec.domain.memory, { guest: "128Mi" });
  assert.ok(spec.domain.firmware?.uuid);
  assert.equal(spec.volumes?.[0]?.containerDisk?.imagePullPolicy, "IfNotPresent");
});

test("a new instance is Pending, and held until it is taken down", () => {
  const { metadata, status } = create(virtualMachineInstance());
  assert.deepEqual(metadata.finalizers, ["kubevirt.io/foregroundDeleteVirtualMachine"]);
  assert.equal(metadata.annotations?.["kubevirt.io/pci-topology-version"], "v3");
  assert.deepEqual(status, {
    phase: "Pending",
    phaseTransitionTimestamps: [{ phase: "Pending", phaseTransitionTimestamp: "2026-01-02T03:04:05Z" }],
    currentCPUTopology: { sockets: 1, cores: 1, threads: 1 },
    memory: { guestAtBoot: "128Mi", guestCurrent: "128Mi", guestRequested: "128Mi" },
  });
});

test("what is completed is complete", () => {
  const once = create(virtualMachineInstance());
  assert.deepEqual(create(once).spec, once.spec);
  assert.deepEqual(create(once).metadata, once.metadata);
  assert.deepEqual(judge(once), []);
});

test("disks get the bus that every guest of the architecture knows", () => {
  const disks = [{ name: "root" }, { name: "iso", cdrom: {} }];
  const volumes = [
    { name: "root", containerDisk: { image: "a" } },
    { name: "iso", containerDisk: { image: "b" } },
    { name: "extra", emptyDisk: { capacity: "1Gi" } },
  ];
  const { spec } = create(virtualMachineInstance({ volumes, domain: { devices: { disks } } }));
  assert.deepEqual(spec.domain.devices.disks, [
    { name: "root", disk: { bus: "sata" } },
    { name: "iso", cdrom: { bus: "sata", readonly: true, tray: "closed" } },
    { name: "extra", disk: { bus: "sata" } },
  ]);
  const arm = create(virtualMachineInstance({ architecture: "arm64", volumes, domain: { devices: { disks } } })).spec;
  assert.deepEqual(arm.domain.devices.disks?.[0], { name: "root", disk: { bus: "virtio" } });
  assert.equal(arm.domain.devices.disks?.[1]?.cdrom?.bus, "scsi");
  assert.equal(arm.domain.cpu?.model, "host-passthrough");
  assert.equal(arm.domain.machine?.type, "virt");
});

test("a machine without networks is plugged into the pod network, by the installation's binding", () => {
  const bare = virtualMachineInstance({ networks: [], domain: { devices: { interfaces: [] } } });
  assert.deepEqual(create(bare).spec.domain.devices.interfaces, [{ name: "default", bridge: {} }]);
  assert.deepEqual(create(bare).spec.networks, [{ name: "default", pod: {} }]);
  const known = [kubeVirt({ network: { defaultNetworkInterface: "masquerade" } })];
  assert.deepEqual(create(bare, { known }).spec.domain.devices.interfaces, [{ name: "default", masquerade: {} }]);
  const alone = virtualMachineInstance({
    networks: [],
    domain: { devices: { interfaces: [], autoattachPodInterface: false } },
  });
  assert.deepEqual(create(alone).spec.networks, []);
});

test("CPUs follow from what is limited or requested", () => {
  const resources = { limits: { cpu: "3" }, requests: { memory: "1Gi" } };
  const { domain } = create(virtualMachineInstance({ domain: { resources } })).spec;
  assert.equal(domain.cpu?.sockets, 3);
  assert.deepEqual(domain.resources?.requests, { memory: "1Gi", cpu: "3" });
});

test("a feature, timer or watchdog that is named is on", () => {
  const { domain } = create(
    virtualMachineInstance({
      domain: {
        features: { acpi: {}, smm: { enabled: false } },
        clock: { timer: { hpet: {}, rtc: { track: "guest" } } },
        devices: { watchdog: { name: "w" }, inputs: [{ name: "t", type: "tablet" }] },
      },
    }),
  ).spec;
  assert.deepEqual(domain.features, { acpi: { enabled: true }, smm: { enabled: false } });
  assert.deepEqual(domain.clock, { timer: { hpet: { present: true }, rtc: { present: true, track: "guest" } } });
  assert.deepEqual(domain.devices.watchdog, { name: "w", i6300esb: { action: "reset" } });
  assert.deepEqual(domain.devices.inputs, [{ name: "t", type: "tablet", bus: "usb" }]);
});

test("an instance must say how much memory it wants", () => {
  const vmi = create(virtualMachineInstance({ domain: { resources: {} } }));
  assert.deepEqual(
    judge(vmi).map(({ message }) => message),
    [
      "no memory requested, at least one of 'spec.domain.memory.guest', 'spec.domain.memory.hugepages.pageSize' or 'spec.domain.resources.requests.memory' must be set",
    ],
  );
});

test("only our own accounts change the spec of an instance, or its reserved labels", () => {
  const old = create(virtualMachineInstance());
  const other = { ...old, spec: { ...old.spec, hostname: "other" } };
  assert.deepEqual(
    judgeUpdate(other, { oldObject: old }).map(({ message }) => message),
    ["update of VMI object is restricted"],
  );
  assert.deepEqual(judgeUpdate(other, { oldObject: old, user: agent }), []);
  const labelled = { ...old, metadata: { ...old.metadata, labels: { "kubevirt.io/nodeName": "n2" } } };
  assert.deepEqual(
    judgeUpdate(labelled, { oldObject: old }).map(({ message }) => message),
    ["modification of the following reserved kubevirt.io/ labels on a VMI object is prohibited"],
  );
  const annotated = { ...old, metadata: { ...old.metadata, annotations: { mine: "x" } } };
  assert.deepEqual(judgeUpdate(annotated, { oldObject: old }), []);
});

test("the status of an instance is written by our own accounts only; others' words are dropped", () => {
  const old = create(virtualMachineInstance());
  const other = { ...old, status: { ...old.status, phase: "Running" } };
  assert.equal(update(other, { oldObject: old }).status?.phase, "Pending");
  assert.equal(update(other, { oldObject: old, user: agent }).status?.phase, "Running");
});

test("creation and update each have their own webhook", () => {
  const old = virtualMachineInstance();
  assert.equal(create(old, { oldObject: old }), old);
  assert.deepEqual(judge({ ...old, spec: { ...old.spec, hostname: "Bad_" } }, { oldObject: old }), []);
  assert.equal(virtualMachineInstanceCreation.webhookName, "virtualmachineinstances-create-validator.kubevirt.io");
  assert.equal(virtualMachineInstanceUpdate.webhookName, "virtualmachineinstances-update-validator.kubevirt.io");
});
