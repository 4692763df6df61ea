import { at } from "@peapod/machinery/testing";
import { testDisk, testDomain } from "@peapod/qemu/testing";
import type { Facts, GuestFacts, SeenGuest } from "../guests/types.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { launcherPod, podKey, scheduledInstance, vmiKey } from "./guest-objects.ts";

export const testSandbox: Sandbox = {
  formatVersion: 1,
  state: "standing",
  podUid: "pod-1",
  podNamespace: podKey.namespace,
  podName: podKey.name,
  vmiUid: "vmi-1",
  vmiName: vmiKey.name,
  number: 1,
  instance: "abcdef",
  netnsPath: "/run/netns/ppabcdef-1",
  runDir: "/run/peapod/abcdef/1",
  dataDir: "/d/guests/vmi-1",
  cgroupPaths: ["/sys/fs/cgroup/peapod/abcdef/1"],
  uid: 64_001,
  gid: 64_001,
  bootId: "b",
  interfaces: [],
};

/** A scheduled VMI on a sandbox that stands, with no guest yet. */
export function facts(overrides: Partial<Facts> = {}): Facts {
  return {
    vmi: scheduledInstance(),
    pod: launcherPod(),
    sandbox: testSandbox,
    isSandboxStanding: true,
    guest: { is: "absent" },
    now: at("12:00:00"),
    ...overrides,
  };
}

export function guestFacts(overrides: Partial<GuestFacts> = {}): GuestFacts {
  const path = "/d/guests/vmi-1/disks/boot.qcow2";
  return {
    domain: testDomain("/run/peapod/abcdef/1", { disks: [testDisk(path, { name: "boot" })] }),
    machineType: "pc-q35-7.2",
    attachments: [
      {
        name: "default",
        binding: "masquerade",
        podInterfaceName: "eth0",
        backend: { type: "tap", ifName: "tap0" },
        mac: "02:00:00:00:00:01",
        mtu: 1500,
        ipAddresses: ["10.244.0.2"],
      },
    ],
    disks: [
      {
        volumeName: "boot",
        path,
        format: "qcow2",
        blockDevice: false,
        backingPaths: ["/d/images/disks/sha256-00ff00ff1234-0/disk"],
        readOnly: false,
        virtualSizeBytes: 1024,
      },
    ],
    agent: undefined,
    isFrozen: false,
    ...overrides,
  };
}

type Present = Extract<SeenGuest, { readonly is: "present" }>;

export function present(overrides: Partial<Present> = {}): Present {
  return {
    is: "present",
    state: "running",
    facts: guestFacts(),
    startsPaused: false,
    rebootUntil: undefined,
    frozenUntil: undefined,
    lastPressAt: undefined,
    unserved: [],
    lastServedAt: undefined,
    losses: [],
    ...overrides,
  };
}

export function ended(failed = false): Extract<SeenGuest, { readonly is: "ended" }> {
  const reason = failed ? "Crashed" : "Shutdown";
  return { is: "ended", end: { failed, reason, message: "it ended", at: at("12:00:00").toISOString() } };
}
