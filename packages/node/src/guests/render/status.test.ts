import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "@peapod/machinery/testing";
import type { GuestInterface, GuestOsInfo } from "@peapod/qemu/node";
import { testDisk, testDomain } from "@peapod/qemu/testing";
import { ended, guestFacts, present } from "../../testing/guest-facts.ts";
import { scheduledInstance } from "../../testing/guest-objects.ts";
import { renderInterfaces } from "./interfaces.ts";
import { renderEndedStatus, renderRunningStatus } from "./status.ts";
import { renderVolumes } from "./volumes.ts";

const now = at("12:00:00");
const os: GuestOsInfo = {
  id: "debian",
  name: "Debian GNU/Linux",
  prettyName: "Debian GNU/Linux 12 (bookworm)",
  version: "12 (bookworm)",
  versionId: "12",
  kernelRelease: "6.1.0",
  kernelVersion: "",
  machine: "x86_64",
};
const nic = (name: string, mac: string | undefined, ...addresses: string[]): GuestInterface => ({
  name,
  mac,
  addresses: addresses.map((address) => ({ address, prefix: 24, family: address.includes(":") ? "ipv6" : "ipv4" })),
});
const [masquerade] = guestFacts().attachments;
assert.ok(masquerade);
const lan = { ...masquerade, name: "lan", binding: "bridge", podInterfaceName: "pod37a8eec1ce1" } as const;

test("renderRunningStatus() shows the agent's system while it answers, and forgets it after", () => {
  const agent = { version: "7.2", os, interfaces: [] };
  const { status } = renderRunningStatus(scheduledInstance(), present({ facts: guestFacts({ agent }) }), { now });
  assert.equal(status.guestOSInfo?.prettyName, "Debian GNU/Linux 12 (bookworm)");
  assert.ok(!("kernelVersion" in (status.guestOSInfo ?? {})));
  assert.ok(status.conditions?.some(({ type }) => type === "AgentConnected"));
  const after = renderRunningStatus({ ...scheduledInstance(), status }, present(), { now });
  assert.equal(after.status.guestOSInfo, undefined);
  assert.ok(!after.status.conditions?.some(({ type }) => type === "AgentConnected"));
});

test("renderRunningStatus() keeps what others wrote and what was asked for", () => {
  const before = {
    ...scheduledInstance(),
    status: {
      phase: "Scheduled",
      nodeName: "n1",
      memory: { guestRequested: "128Mi", guestAtBoot: "128Mi" },
      conditions: [{ type: "Ready", status: "False", reason: "GuestNotRunning" }],
    } as const,
  };
  const { status } = renderRunningStatus(before, present(), { now });
  assert.equal(status.nodeName, "n1");
  assert.deepEqual(status.memory, { guestRequested: "128Mi", guestAtBoot: "128Mi", guestCurrent: "64Mi" });
  assert.deepEqual(status.conditions?.[0], before.status.conditions[0]);
});

test("renderRunningStatus() tells of pausing, resuming and I/O errors", () => {
  const paused = renderRunningStatus(scheduledInstance(), present({ state: "paused" }), { now });
  const condition = paused.status.conditions?.find(({ type }) => type === "Paused");
  assert.deepEqual([condition?.status, condition?.reason], ["True", "PausedByUser"]);
  assert.deepEqual(
    paused.events.map(({ reason }) => reason),
    ["Started", "Paused"],
  );
  const resumed = renderRunningStatus({ ...scheduledInstance(), status: paused.status }, present(), { now });
  assert.deepEqual(
    resumed.events.map(({ reason }) => reason),
    ["Unpaused"],
  );
  const broken = renderRunningStatus(scheduledInstance(), present({ state: "io-error" }), { now });
  assert.equal(broken.status.conditions?.find(({ type }) => type === "Paused")?.reason, "PausedIOError");
});

test("renderRunningStatus() says why a guest cannot migrate", () => {
  const reason = (spec: Parameters<typeof scheduledInstance>[1]) =>
    renderRunningStatus(scheduledInstance("1", spec), present(), { now }).status.conditions?.find(
      ({ type }) => type === "LiveMigratable",
    )?.reason;
  assert.equal(reason({}), "NotMigratable");
  assert.equal(reason({ devices: { interfaces: [{ name: "default", bridge: {} }] } }), "InterfaceNotLiveMigratable");
  assert.equal(
    reason({ volumes: [{ name: "boot", hostDisk: { path: "/d", type: "Disk" } }] }),
    "DisksNotLiveMigratable",
  );
});

test("renderEndedStatus() takes back what only a running guest has", () => {
  const agent = { version: "7.2", os, interfaces: [] };
  const running = renderRunningStatus(scheduledInstance(), present({ state: "paused", facts: guestFacts({ agent }) }), {
    now,
  });
  const vmi = { ...scheduledInstance(), status: running.status };
  const { status, events } = renderEndedStatus(vmi, ended().end, now);
  assert.equal(status.phase, "Succeeded");
  assert.deepEqual(
    status.conditions?.map(({ type }) => type),
    ["LiveMigratable"],
  );
  assert.deepEqual(events, [
    { type: "Normal", reason: "Stopped", message: "The VirtualMachineInstance was shut down." },
  ]);
});

test("renderEndedStatus() tells a guest that went down with Peapod from one that crashed", () => {
  const wordsOf = (reason: string) =>
    renderEndedStatus(scheduledInstance(), { failed: true, reason, message: "", at: now.toISOString() }, now);
  assert.equal(wordsOf("NodeShutdown").status.phase, "Failed");
  assert.equal(wordsOf("NodeShutdown").events[0]?.message, "The VirtualMachineInstance was shut down.");
  assert.equal(wordsOf("Crashed").events[0]?.message, "The VirtualMachineInstance crashed.");
});

test("renderInterfaces() shows a masqueraded guest by its pod's address, a bridged one by its own", () => {
  const vmi = scheduledInstance("1", {
    networks: [
      { name: "lan", multus: { networkName: "lan" } },
      { name: "default", pod: {} },
    ],
    devices: {
      interfaces: [
        { name: "lan", bridge: {}, state: "down" },
        { name: "default", masquerade: {} },
      ],
    },
  });
  const interfaces = renderInterfaces(vmi, {
    attachments: [{ ...lan, mac: "02:00:00:00:00:AA", ipAddresses: [] }, masquerade],
    agent: {
      version: "",
      os: undefined,
      interfaces: [
        nic("lo", "00:00:00:00:00:00", "127.0.0.1"),
        nic("enp1s0", masquerade.mac, "10.0.2.2"),
        nic("enp2s0", "02:00:00:00:00:aa", "fe80::1", "fd00::7", "192.168.1.7"),
        nic("docker0", "02:42:00:00:00:01", "172.17.0.1"),
        nic("tunl0", undefined, "172.18.0.1"),
      ],
    },
  });
  assert.deepEqual(interfaces, [
    {
      ipAddress: "10.244.0.2",
      ipAddresses: ["10.244.0.2"],
      mac: "02:00:00:00:00:01",
      name: "default",
      podInterfaceName: "eth0",
      interfaceName: "enp1s0",
      infoSource: "domain, guest-agent",
      linkState: "up",
      queueCount: 1,
    },
    {
      ipAddress: "192.168.1.7",
      ipAddresses: ["192.168.1.7", "fd00::7"],
      mac: "02:00:00:00:00:AA",
      name: "lan",
      podInterfaceName: "pod37a8eec1ce1",
      interfaceName: "enp2s0",
      infoSource: "domain, guest-agent, multus-status",
      linkState: "down",
      queueCount: 1,
    },
    {
      ipAddress: "172.17.0.1",
      ipAddresses: ["172.17.0.1"],
      mac: "02:42:00:00:00:01",
      interfaceName: "docker0",
      infoSource: "guest-agent",
    },
  ]);
});

test("renderInterfaces() has no address for an interface that nobody knows one of", () => {
  const vmi = scheduledInstance("1", { networks: [{ name: "lan", multus: { networkName: "lan" } }] });
  const [only] = renderInterfaces(vmi, { attachments: [{ ...lan, ipAddresses: [] }], agent: undefined });
  assert.equal(only?.ipAddress, undefined);
  assert.equal(only?.infoSource, "domain, multus-status");
});

test("renderInterfaces() believes the wire where nobody here gave an address, and the agent before that", () => {
  const vmi = scheduledInstance("1", { networks: [{ name: "lan", multus: { networkName: "lan" } }] });
  const attachments = [{ ...lan, ipAddresses: [] }];
  const seenAddresses = new Map([["lan", ["10.7.0.6", "fd07::5"]]]);
  const [only] = renderInterfaces(vmi, { attachments, agent: undefined, seenAddresses });
  assert.deepEqual([only?.ipAddress, only?.ipAddresses], ["10.7.0.6", ["10.7.0.6", "fd07::5"]]);
  const [given] = renderInterfaces(vmi, { attachments: [lan], agent: undefined, seenAddresses });
  assert.deepEqual(given?.ipAddresses, lan.ipAddresses);
});

test("renderVolumes() names disks by their bus and tells images apart", () => {
  const vmi = scheduledInstance("1", {
    volumes: [
      { name: "boot", containerDisk: { image: "boot" } },
      { name: "seed", cloudInitNoCloud: { userData: "#cloud-config" } },
      { name: "spare", emptyDisk: { capacity: "1Gi" } },
    ],
  });
  const { disks } = guestFacts();
  const [boot] = disks;
  assert.ok(boot);
  const domain = testDomain("/run/p", {
    disks: [
      testDisk("/a", { name: "boot", bus: "sata" }),
      testDisk("/b", { name: "spare" }),
      testDisk("/c", { name: "seed", bus: "scsi" }),
    ],
  });
  const more = ["seed", "spare"].map((volumeName) => ({ ...boot, volumeName, backingPaths: [], virtualSizeBytes: 7 }));
  assert.deepEqual(renderVolumes(vmi, { domain, disks: [boot, ...more] }), [
    { name: "boot", target: "sda", containerDiskVolume: { checksum: 0x00ff00ff } },
    { name: "seed", target: "sdb", size: 7 },
    { name: "spare", target: "vda" },
  ]);
});
