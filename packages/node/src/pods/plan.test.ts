import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@peapod/api";
import type { Sandbox } from "../sandbox/types.ts";
import { planPod } from "./plan.ts";
import type { Facts, ImageState, Step } from "./types.ts";

const now = new Date("2026-01-01T12:00:00Z");
const gate = "kubevirt.io/virtual-machine-unpaused";

function launcher(more: { metadata?: object; status?: object } = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "default",
      name: "virt-launcher-web-abcde",
      uid: "pod-1",
      labels: { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": "vmi-1" },
      ...more.metadata,
    },
    spec: {
      nodeName: "n1",
      readinessGates: [{ conditionType: gate }],
      containers: [
        { name: "compute", image: "launcher", resources: { requests: { memory: "200Mi" } } },
        { name: "volumeroot", image: "quay.io/a/b" },
      ],
    },
    ...(more.status && { status: more.status }),
  } as Pod;
}

const sandbox: Sandbox = {
  formatVersion: 1,
  state: "standing",
  podUid: "pod-1",
  podNamespace: "default",
  podName: "virt-launcher-web-abcde",
  vmiUid: "vmi-1",
  vmiName: "web",
  number: 1,
  instance: "3fa9c1",
  netnsPath: "/run/netns/pp3fa9c1-1",
  runDir: "/run/peapod/3fa9c1/1",
  dataDir: "/d/guests/vmi-1",
  cgroupPaths: [],
  uid: 60_600,
  gid: 60_600,
  bootId: "b",
  interfaces: [
    {
      name: "eth0",
      nad: { namespace: "kube-system", name: "k8s-pod-network" },
      mac: "02:00:00:00:00:01",
      mtu: 1450,
      addresses: ["10.244.0.5/24"],
      gateways: ["10.244.0.1"],
      routes: [],
      dns: { nameservers: [], search: [] },
    },
  ],
};

function facts(more: Partial<Facts> & { image?: ImageState } = {}): Facts {
  const wanted = { container: "volumeroot", reference: "quay.io/a/b", policy: "IfNotPresent" as const };
  const { image = { is: "ready", imageId: "sha256:1" }, ...rest } = more;
  return {
    key: "default/virt-launcher-web-abcde",
    pod: launcher(),
    sandbox,
    isSandboxStanding: true,
    images: [{ wanted, state: image }],
    guest: { is: "absent" },
    hostIps: ["192.0.2.7"],
    now,
    ...rest,
  };
}

const names = (steps: readonly Step[]) => steps.map((step) => step.do);
const written = (steps: readonly Step[]) => steps.find((step) => step.do === "writeStatus")?.status;

test("planPod() makes the sandbox while the image is pulled, and says so in the status", () => {
  const { steps } = planPod(facts({ sandbox: undefined, isSandboxStanding: false, image: { is: "absent" } }));
  assert.deepEqual(names(steps), ["writeStatus", "startPull", "makeSandbox"]);
  assert.equal(steps.find((step) => step.do === "makeSandbox")?.hasImages, false);
  assert.equal(written(steps)?.phase, "Pending");
});

test("planPod() writes nothing before the sandbox where the image is cached", () => {
  const { steps } = planPod(facts({ sandbox: undefined, isSandboxStanding: false }));
  assert.deepEqual(names(steps), ["makeSandbox"]);
  assert.equal(steps.find((step) => step.do === "makeSandbox")?.hasImages, true);
});

test("planPod() reports Running with addresses, and Ready only when the gate is open", () => {
  const first = written(planPod(facts()).steps);
  assert.equal(first?.phase, "Running");
  assert.equal(first?.podIP, "10.244.0.5");
  assert.equal(first?.qosClass, "Burstable");
  assert.equal(first?.conditions?.find(({ type }) => type === "ContainersReady")?.status, "True");
  const ready = first?.conditions?.find(({ type }) => type === "Ready");
  assert.equal(ready?.status, "False");
  assert.equal(ready?.message, `corresponding condition of pod readiness gate "${gate}" does not exist.`);
  const open = launcher({
    status: { ...first, conditions: [...(first?.conditions ?? []), { type: gate, status: "True" }] },
  });
  const second = written(planPod(facts({ pod: open })).steps);
  assert.equal(second?.conditions?.find(({ type }) => type === "Ready")?.status, "True");
  assert.ok(
    second?.conditions?.some(({ type }) => type === gate),
    "the gate's own condition is kept",
  );
});

test("planPod() comes to rest: what it wrote needs no second write", () => {
  const [step] = planPod(facts()).steps;
  assert.ok(step?.do === "writeStatus");
  const annotations = { "k8s.v1.cni.cncf.io/network-status": step.networkStatus };
  const { steps } = planPod(facts({ pod: launcher({ metadata: { annotations }, status: step.status }) }));
  assert.deepEqual(steps, []);
});

test("planPod() shows a failed pull in kubectl's words and comes back when it is due", () => {
  const nextTryAt = new Date("2026-01-01T12:00:10Z");
  const failed: ImageState = { is: "failed", message: "no such image", nextTryAt, isRepeated: false };
  const plan = planPod(facts({ image: failed }));
  assert.equal(plan.lookAgainInMs, 10_000);
  const waitingIn = (image: ImageState) =>
    written(planPod(facts({ image })).steps)?.containerStatuses?.find(({ name }) => name === "volumeroot")?.state
      ?.waiting;
  assert.deepEqual(waitingIn(failed), { reason: "ErrImagePull", message: "no such image" });
  const message = 'Back-off pulling image "quay.io/a/b": ErrImagePull: no such image';
  assert.deepEqual(waitingIn({ ...failed, isRepeated: true }), { reason: "ImagePullBackOff", message });
  assert.deepEqual(waitingIn({ is: "pulling", failedBefore: "no such image" }), {
    reason: "ImagePullBackOff",
    message,
  });
  assert.deepEqual(waitingIn({ is: "pulling", failedBefore: "no such image", progress: "1 of 2 MiB" }), {
    reason: "ContainerCreating",
    message: 'Pulling image "quay.io/a/b": 1 of 2 MiB',
  });
  const due = planPod(facts({ image: { ...failed, nextTryAt: now } }));
  assert.ok(names(due.steps).includes("startPull"));
});

test("planPod() never pulls with a policy of Never", () => {
  const wanted = { container: "volumeroot", reference: "quay.io/a/b", policy: "Never" as const };
  const { steps } = planPod(facts({ images: [{ wanted, state: { is: "absent" } }] }));
  assert.deepEqual(names(steps), ["writeStatus"]);
  const waiting = written(steps)?.containerStatuses?.find(({ name }) => name === "volumeroot")?.state?.waiting;
  assert.equal(waiting?.reason, "ErrImageNeverPull");
});

test("planPod() ends with its guest, then takes the sandbox down", () => {
  const ended = {
    is: "ended",
    failed: false,
    reason: "Shutdown",
    message: "guest powered off",
    at: now.toISOString(),
  } as const;
  const first = planPod(facts({ guest: ended }));
  assert.equal(written(first.steps)?.phase, "Succeeded");
  const second = planPod(facts({ guest: ended, pod: launcher({ status: written(first.steps) ?? {} }) }));
  assert.deepEqual(names(second.steps), ["removeSandbox"]);
  const gone = { ...sandbox, state: "removed" } as const;
  const third = planPod(facts({ guest: ended, sandbox: gone, pod: launcher({ status: written(first.steps) ?? {} }) }));
  assert.deepEqual(third.steps, []);
});

test("planPod() fails a pod whose sandbox did not survive a reboot", () => {
  const status = written(planPod(facts({ isSandboxStanding: false })).steps);
  assert.equal(status?.phase, "Failed");
  assert.equal(status?.reason, "NodeReboot");
});

test("planPod() lets a deleted pod's guest use its grace, then destroys it", () => {
  const leaving = launcher({ metadata: { deletionTimestamp: "2026-01-01T12:00:05Z" } });
  const waiting = planPod(facts({ pod: leaving, guest: { is: "alive" } }));
  assert.deepEqual([names(waiting.steps), waiting.lookAgainInMs], [["announceEnd"], 5_000]);
  assert.deepEqual(planPod(facts({ pod: leaving, guest: { is: "alive" }, isEndAnnounced: true })).steps, []);
  const over = planPod(facts({ pod: leaving, guest: { is: "alive" }, now: new Date("2026-01-01T12:00:05Z") }));
  assert.deepEqual(names(over.steps), ["destroyGuest", "removeSandbox", "removeGuestFolder", "deletePod"]);
});

test("planPod() cleans up after a pod that was deleted by force", () => {
  const { steps } = planPod(facts({ pod: undefined, guest: { is: "alive" } }));
  assert.deepEqual(names(steps), ["destroyGuest", "removeSandbox", "removeGuestFolder"]);
});

test("planPod() refuses pods that are no launchers", () => {
  const { steps } = planPod(facts({ pod: launcher({ metadata: { labels: {} } }), sandbox: undefined }));
  assert.deepEqual(names(steps), ["refusePod"]);
});
