import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { KubeObject, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { isJsonEqual } from "@peapod/machinery";
import { at } from "@peapod/machinery/testing";
import fc from "fast-check";
import { createKubevirtController } from "./controllers/kubevirt/index.ts";
import { nodeHealthController } from "./controllers/node-health/index.ts";
import { virtualMachineController } from "./controllers/virtual-machine/index.ts";
import { planVirtualMachine } from "./controllers/virtual-machine/plan.ts";
import { createInstanceController } from "./controllers/virtual-machine-instance/index.ts";
import { planInstance } from "./controllers/virtual-machine-instance/plan.ts";
import { launcherConfig } from "./render/launcher-pod/config.ts";
import { renderStatusWriters, type StatusWriter, statusWriters } from "./status-writers.ts";
import { instance, launcherPod, machine } from "./testing/index.ts";

test("docs/status-writers.md says what statusWriters says", () => {
  const page = readFileSync(new URL("../../../docs/status-writers.md", import.meta.url), "utf8");
  assert.equal(page, renderStatusWriters());
});

test("statusWriters gives a field two writers only where it says what keeps them apart", () => {
  for (const entry of statusWriters) {
    const others = statusWriters.filter((other) => other.kind === entry.kind && other.path === entry.path);
    assert.ok(others.length === 1 || others.every(({ when }) => when !== ""), `${entry.kind} ${entry.path}`);
  }
});

test("every controller declares that it writes what statusWriters says it does", () => {
  const controllers = [
    virtualMachineController,
    createInstanceController({ launcherImage: "x" }),
    nodeHealthController,
    createKubevirtController({ version: "v0", architecture: "amd64" }),
  ];
  for (const { name, writes } of controllers) {
    const written = new Set(statusWriters.filter(({ writer }) => writer === name).map(({ kind }) => kind));
    const declared = new Set<string>(writes.map(({ kind }) => kind.kind));
    for (const kind of written) assert.ok(declared.has(kind), `${name} writes ${kind}`);
  }
});

test("planVirtualMachine() writes only its own fields of a VM, whatever it sees", () => {
  fc.assert(
    fc.property(anyMachine, fc.option(anyInstance, { nil: undefined }), (vm, vmi) => {
      const { steps } = planVirtualMachine({ vm, vmi, revision: undefined, isStaged: false, now: at("12:00:00") });
      for (const step of steps) {
        if (step.do === "writeStatus") allow("virtual-machine", "VirtualMachine", vm, { ...vm, status: step.status });
      }
    }),
  );
});

test("planInstance() writes only its own fields of a VMI, whatever it sees", () => {
  fc.assert(
    fc.property(anyInstance, fc.option(anyPod, { nil: undefined }), fc.boolean(), (vmi, pod, hasMachine) => {
      const { steps } = planInstance({
        vmi,
        pod,
        isNameTaken: false,
        hasMachine,
        config: launcherConfig(undefined, [], "launcher"),
        nads: [],
        missingNads: [],
        now: at("12:00:00"),
      });
      for (const step of steps) {
        if (step.do === "writeInstance") allow("virtual-machine-instance", "VirtualMachineInstance", vmi, step.after);
      }
    }),
  );
});

test("planInstance() leaves the phase of a VMI in its node's hands alone while there is a pod that lives", () => {
  fc.assert(
    fc.property(anyInstance, anyPod, (vmi, pod) => {
      const isOurs = !["Scheduled", "Running"].includes(vmi.status?.phase ?? "");
      const hasEnded = ["Succeeded", "Failed"].includes(pod.status?.phase ?? "");
      fc.pre(!isOurs && !hasEnded);
      const { steps } = planInstance({
        vmi,
        pod,
        isNameTaken: false,
        hasMachine: true,
        config: launcherConfig(undefined, [], "launcher"),
        nads: [],
        missingNads: [],
        now: at("12:00:00"),
      });
      const written = steps.find((step) => step.do === "writeInstance");
      const paths = written ? changedPaths(vmi, written.after) : [];
      assert.deepEqual(
        paths.filter((path) => !path.startsWith("status.conditions[Ready]")),
        missingFinalizer(vmi),
      );
    }),
  );
});

const conditionTypes = [
  "Ready",
  "Synchronized",
  "PodScheduled",
  "Paused",
  "AgentConnected",
  "LiveMigratable",
  "Failure",
];
const anyCondition = fc.record({
  type: fc.constantFrom(...conditionTypes),
  status: fc.constantFrom("True", "False"),
  reason: fc.constantFrom("PodNotExists", "GuestNotRunning", "ErrImagePull", "PausedByUser"),
  message: fc.constantFrom("one", "two"),
});
const anyConditions = fc.uniqueArray(anyCondition, { selector: ({ type }) => type });
const anyDeletion = fc.constantFrom({}, { deletionTimestamp: "2026-01-15T11:59:00Z" });
const anyPhase = fc.constantFrom("", "Pending", "Scheduling", "Scheduled", "Running", "Succeeded", "Failed", "Unknown");

const anyInstance: fc.Arbitrary<VirtualMachineInstance> = fc
  .record({
    phase: anyPhase,
    conditions: anyConditions,
    deletion: anyDeletion,
    finalizers: fc.subarray([
      "kubevirt.io/virtualMachineControllerFinalize",
      "kubevirt.io/foregroundDeleteVirtualMachine",
    ]),
  })
  .map(({ phase, conditions, deletion, finalizers }) =>
    instance({
      metadata: { finalizers, ...deletion },
      status: {
        phase,
        conditions,
        interfaces: [{ name: "default", ipAddress: "10.244.0.5" }],
        guestOSInfo: { id: "debian" },
      },
    }),
  );

const anyPod: fc.Arbitrary<Pod> = fc
  .record({
    phase: fc.constantFrom("Pending" as const, "Running" as const, "Succeeded" as const, "Failed" as const),
    isBound: fc.boolean(),
    isReady: fc.boolean(),
    deletion: anyDeletion,
  })
  .map(({ phase, isBound, isReady, deletion }) => ({
    ...launcherPod({
      metadata: deletion,
      spec: { containers: [{ name: "compute", image: "launcher" }], ...(isBound && { nodeName: "n1" }) },
      status: {
        phase,
        qosClass: "Burstable",
        conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
        containerStatuses: [{ name: "compute", image: "launcher", imageID: "", ready: isReady, restartCount: 0 }],
      },
    }),
  }));

const anyMachine: fc.Arbitrary<VirtualMachine> = fc
  .record({
    runStrategy: fc.constantFrom("Always", "RerunOnFailure", "Manual", "Once", "Halted"),
    before: fc.constantFrom(undefined, "Always", "RerunOnFailure"),
    requests: fc.constantFrom(
      [],
      [{ action: "Start" }],
      [{ action: "Stop", uid: instance().metadata.uid ?? "" }, { action: "Start" }],
    ),
    conditions: anyConditions,
    deletion: anyDeletion,
  })
  .map(({ runStrategy, before, requests, conditions, deletion }) =>
    machine({
      metadata: deletion,
      spec: { runStrategy },
      status: {
        conditions,
        stateChangeRequests: requests,
        snapshotInProgress: "snap",
        ...(before && { runStrategy: before }),
      },
    }),
  );

/** Fails for a change that the table does not allow this writer. */
function allow<T extends KubeObject>(writer: string, kind: StatusWriter["kind"], before: T, after: T): void {
  const own = statusWriters.filter((entry) => entry.kind === kind && entry.writer === writer).map(({ path }) => path);
  for (const path of changedPaths(before, after)) {
    const isOwn = own.some((allowed) => allowed === path || matches(allowed, path));
    assert.ok(isOwn, `${writer} may not write ${path} of a ${kind}`);
  }
}

/** `status.conditions[*]` covers any condition, `status.*` any field. */
function matches(allowed: string, path: string): boolean {
  if (allowed.endsWith("[*]")) return path.startsWith(allowed.slice(0, -2));
  return allowed.endsWith(".*") && path.startsWith(allowed.slice(0, -1));
}

function changedPaths(before: KubeObject, after: KubeObject): readonly string[] {
  return [
    ...changedKeys(before.metadata, after.metadata).flatMap((key) =>
      key === "labels"
        ? changedKeys(before.metadata.labels ?? {}, after.metadata.labels ?? {}).map(
            (label) => `metadata.labels[${label}]`,
          )
        : [`metadata.${key}`],
    ),
    ...changedKeys(statusOf(before), statusOf(after)).flatMap((key) =>
      key === "conditions"
        ? changedKeys(byType(before), byType(after)).map((type) => `status.conditions[${type}]`)
        : [`status.${key}`],
    ),
    ...changedKeys({ spec: specOf(before) }, { spec: specOf(after) }),
  ];
}

function changedKeys(before: object, after: object): readonly string[] {
  const [old, young] = [Object.entries(before), Object.entries(after)].map(
    (entries) => new Map<string, unknown>(entries),
  );
  const keys = new Set([...(old?.keys() ?? []), ...(young?.keys() ?? [])]);
  return [...keys].filter((key) => !isJsonEqual(old?.get(key), young?.get(key)));
}

function statusOf(object: KubeObject): object {
  return (object as { readonly status?: object }).status ?? {};
}

function specOf(object: KubeObject): unknown {
  return (object as { readonly spec?: unknown }).spec;
}

function byType(object: KubeObject): object {
  const { conditions = [] } = statusOf(object) as { readonly conditions?: readonly { readonly type: string }[] };
  return Object.fromEntries(conditions.map((condition) => [condition.type, condition]));
}

function missingFinalizer(vmi: VirtualMachineInstance): readonly string[] {
  const isThere = vmi.metadata.finalizers?.includes("kubevirt.io/foregroundDeleteVirtualMachine");
  return isThere || vmi.metadata.deletionTimestamp ? [] : ["metadata.finalizers"];
}
