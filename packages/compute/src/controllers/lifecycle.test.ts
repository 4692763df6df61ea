import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  ControllerRevision,
  KubeVirt,
  Namespace,
  NetworkAttachmentDefinition,
  Node,
  Pod,
  VirtualMachine,
  VirtualMachineInstance,
  type VirtualMachineInstanceStatus,
} from "@peapod/api";
import { ApiError, failure, silentLog, startControllers } from "@peapod/machinery";
import { createFakeApi, eventually, recordingEvents } from "@peapod/machinery/testing";
import { type InstancePhase, withPhase } from "../status/phase.ts";
import { instance, machine } from "../testing/index.ts";
import { createKubevirtController } from "./kubevirt/index.ts";
import { nodeHealthController } from "./node-health/index.ts";
import { virtualMachineController } from "./virtual-machine/index.ts";
import { createInstanceController } from "./virtual-machine-instance/index.ts";

const key = { namespace: "default", name: "web" };

test("a VM becomes a VMI, a pod, and a guest that its node takes over, in two writes of the VMI", async (t) => {
  const world = start(t);
  world.api.put(VirtualMachine, freshMachine());
  const vmi = await world.run();
  assert.deepEqual(world.instanceWrites(), ["Scheduling", "Scheduled"]);
  assert.equal(vmi.metadata.labels?.["kubevirt.io/nodeName"], "n1");
  assert.equal(vmi.status?.nodeName, "n1");
  await world.guest({ phase: "Running" });
  const vm = await eventually(() => {
    const seen = world.api.get(VirtualMachine, key);
    return seen?.status?.ready ? seen : undefined;
  });
  assert.equal(vm.status?.printableStatus, "Running");
  assert.equal(vm.status?.created, true);
  assert.deepEqual(vm.metadata.finalizers, ["kubevirt.io/virtualMachineControllerFinalize"]);
  const revisionName = vmi.status?.virtualMachineRevisionName ?? "";
  assert.ok(world.api.get(ControllerRevision, { namespace: "default", name: revisionName }));
  assert.deepEqual(world.said(), [
    "Normal SuccessfulCreate default/web: Started the virtual machine by creating the new virtual machine instance web",
    `Normal SuccessfulCreate default/web: Created virtual machine pod ${world.pod()?.metadata.name}`,
  ]);
});

test("a VMI that is deleted comes back under Always, as another one", async (t) => {
  const world = start(t);
  world.api.put(VirtualMachine, freshMachine());
  const first = await world.run();
  await world.guest({ phase: "Running" });
  await world.api.client.delete(VirtualMachineInstance, key);
  await world.finish("Succeeded");
  const second = await world.run();
  assert.notEqual(second.metadata.uid, first.metadata.uid);
});

test("a launcher pod that is deleted takes its VMI along, and the VM starts another", async (t) => {
  const world = start(t);
  world.api.put(VirtualMachine, freshMachine());
  const first = await world.run();
  await world.guest({ phase: "Running" });
  const pod = world.pod();
  assert.ok(pod);
  world.api.remove(Pod, { namespace: "default", name: pod.metadata.name ?? "" });
  const second = await world.run((vmi) => vmi.metadata.uid !== first.metadata.uid);
  assert.notEqual(world.pod()?.metadata.name, pod.metadata.name);
  assert.equal(second.status?.phase, "Scheduled");
});

test("a VM that is deleted leaves nothing behind", async (t) => {
  const world = start(t);
  world.api.put(VirtualMachine, freshMachine());
  await world.run();
  await world.guest({ phase: "Running" });
  await eventually(() => world.api.get(VirtualMachine, key)?.metadata.finalizers?.length === 1);
  await world.api.client.delete(VirtualMachine, key);
  await world.finish("Succeeded");
  await eventually(() => !world.api.get(VirtualMachine, key), { what: "the VM going" });
  assert.equal(world.api.get(VirtualMachineInstance, key), undefined);
});

test("a VM that is halted stops its guest and says so", async (t) => {
  const world = start(t);
  world.api.put(VirtualMachine, freshMachine());
  await world.run();
  await world.guest({ phase: "Running" });
  await world.api.client.patch(VirtualMachine, key, { spec: { runStrategy: "Halted" } }, { type: "merge" });
  await world.finish("Succeeded");
  await eventually(() => world.api.get(VirtualMachine, key)?.status?.printableStatus === "Stopped");
  const vm = world.api.get(VirtualMachine, key);
  assert.equal(vm?.status?.created, undefined);
  assert.equal(vm?.status?.conditions?.find(({ type }) => type === "Ready")?.reason, "VMINotExists");
  assert.ok(
    world
      .said()
      .some((line) => line.startsWith("Normal SuccessfulDelete default/web: Stopped the virtual machine by deleting")),
  );
});

test("a VMI that the API refuses is reported on its VM and made once it can be", async (t) => {
  const world = start(t);
  let isFull = true;
  world.api.failWhen(({ method, path }) =>
    isFull && method === "POST" && path.endsWith("/virtualmachineinstances")
      ? new ApiError(failure("exceeded quota: small", { reason: "Forbidden" }))
      : undefined,
  );
  world.api.put(VirtualMachine, freshMachine());
  const failing = await eventually(() =>
    world.api.get(VirtualMachine, key)?.status?.conditions?.find(({ type }) => type === "Failure"),
  );
  assert.equal(failing.reason, "FailedCreate");
  assert.equal(failing.message, "Failure while starting VMI: exceeded quota: small");
  assert.ok(
    world
      .said()
      .includes("Warning FailedCreate default/web: Error creating virtual machine instance: exceeded quota: small"),
  );
  isFull = false;
  await world.run();
  await eventually(
    () => !world.api.get(VirtualMachine, key)?.status?.conditions?.some(({ type }) => type === "Failure"),
  );
});

test("a pod that the API refuses is reported on its VMI and made once it can be", async (t) => {
  const world = start(t);
  let isFull = true;
  world.api.failWhen(({ method, path }) =>
    isFull && method === "POST" && path.endsWith("/pods")
      ? new ApiError(failure("no room", { reason: "Forbidden" }))
      : undefined,
  );
  world.api.put(VirtualMachineInstance, alone());
  const trouble = await eventually(() =>
    world.api.get(VirtualMachineInstance, key)?.status?.conditions?.find(({ type }) => type === "Synchronized"),
  );
  assert.equal(trouble.message, "failed to create virtual machine pod: no room");
  isFull = false;
  await world.run();
  assert.equal(
    world.api.get(VirtualMachineInstance, key)?.status?.conditions?.find(({ type }) => type === "Synchronized"),
    undefined,
  );
});

test("a VMI waits for the network it names and goes on when it comes", async (t) => {
  const world = start(t);
  const named = alone();
  world.api.put(VirtualMachineInstance, {
    ...named,
    spec: { ...named.spec, networks: [{ name: "main", multus: { networkName: "red", default: true } }] },
  });
  await eventually(() =>
    world.said().some((line) => line.includes("failed to locate network attachment definition default/red")),
  );
  assert.equal(world.pod(), undefined);
  world.api.put(NetworkAttachmentDefinition, {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "default", name: "red" },
  });
  await world.run();
});

test("pausing a guest closes its pod's gate", async (t) => {
  const world = start(t);
  world.api.put(VirtualMachineInstance, alone());
  await world.run();
  await world.guest({ phase: "Running", conditions: [{ type: "Paused", status: "True", reason: "PausedByUser" }] });
  await eventually(() => gateOf(world.pod()) === "False");
  await world.guest({ phase: "Running", conditions: [] });
  await eventually(() => gateOf(world.pod()) === "True");
});

test("a guest whose pod is going on a node that fell silent is given up", async (t) => {
  const world = start(t);
  world.api.put(VirtualMachineInstance, alone());
  await world.run();
  await world.guest({ phase: "Running" });
  const heartbeat = new Date(Date.now() - 6 * 60_000).toISOString();
  const metadata = {
    name: "n1",
    annotations: { "kubevirt.io/heartbeat": heartbeat },
    labels: { "kubevirt.io/schedulable": "true" },
  };
  world.api.put(Node, { apiVersion: "v1", kind: "Node", metadata });
  await eventually(() => world.api.get(Node, { name: "n1" })?.metadata.labels?.["kubevirt.io/schedulable"] === "false");
  assert.equal(world.api.get(VirtualMachineInstance, key)?.status?.phase, "Running");
  await world.api.client.delete(Pod, { namespace: "default", name: world.pod()?.metadata.name ?? "" });
  await eventually(() => world.api.get(VirtualMachineInstance, key)?.status?.reason === "NodeUnresponsive");
  assert.equal(world.api.get(VirtualMachineInstance, key)?.status?.phase, "Failed");
});

test("a VM gets its guest, and is rid of it, though every other write fails", async (t) => {
  const world = start(t);
  const tries = new Map<string, number>();
  world.api.failWhen(({ method, path }) => {
    if (method === "GET") return undefined;
    const count = (tries.get(`${method} ${path}`) ?? 0) + 1;
    tries.set(`${method} ${path}`, count);
    return count % 2 === 1 ? new ApiError(failure("etcdserver: request timed out", { code: 500 })) : undefined;
  });
  world.api.put(VirtualMachine, freshMachine());
  await world.run();
  await eventually(() => world.guest({ phase: "Running" }).then(() => true));
  await eventually(() => world.api.get(VirtualMachine, key)?.status?.printableStatus === "Running");
  await eventually(() => world.api.client.delete(VirtualMachine, key).then(() => true));
  await eventually(() => world.finish("Succeeded").then(() => true));
  await eventually(() => !world.api.get(VirtualMachine, key) && !world.api.get(VirtualMachineInstance, key));
});

test("the KubeVirt object is there from the start, in a namespace of its own", async (t) => {
  const world = start(t);
  const kubevirt = await eventually(() => {
    const seen = world.api.get(KubeVirt, { namespace: "kubevirt", name: "kubevirt" });
    return seen?.status?.phase ? seen : undefined;
  });
  assert.equal(kubevirt.status?.phase, "Deployed");
  assert.ok(world.api.get(Namespace, { name: "kubevirt" }));
});

function freshMachine(): VirtualMachine {
  return machine({ metadata: { finalizers: [] } });
}

/** A VMI that no VM made. */
function alone(): VirtualMachineInstance {
  return instance({ metadata: { finalizers: ["kubevirt.io/foregroundDeleteVirtualMachine"] } });
}

function gateOf(pod: Pod | undefined): string | undefined {
  return pod?.status?.conditions?.find(({ type }) => type === "kubevirt.io/virtual-machine-unpaused")?.status;
}

/** The controllers on an API in memory; the test plays scheduler, kubelet and virt-handler. */
function start(t: TestContext) {
  const api = createFakeApi({
    kinds: [
      VirtualMachine,
      VirtualMachineInstance,
      Pod,
      KubeVirt,
      Namespace,
      Node,
      ControllerRevision,
      NetworkAttachmentDefinition,
    ],
  });
  const events = recordingEvents();
  const stop = new AbortController();
  const controllers = [
    virtualMachineController,
    createInstanceController({ launcherImage: "launcher" }),
    nodeHealthController,
    createKubevirtController({ version: "v0.1.0", architecture: "amd64" }),
  ];
  const runtime = startControllers(controllers, {
    client: api.client,
    log: silentLog,
    recorder: events,
    signal: stop.signal,
  });
  t.after(async () => {
    stop.abort();
    await runtime.done;
  });

  const pod = () => api.list(Pod)[0];
  const current = () => api.get(VirtualMachineInstance, key);
  const entering = (phase: InstancePhase) => {
    const { phaseTransitionTimestamps } = withPhase(current()?.status ?? {}, phase, new Date());
    return { phase, phaseTransitionTimestamps };
  };
  return {
    api,
    pod,
    said: () => events.said,
    /** The phase after each write of the VMI, oldest first. */
    instanceWrites: () =>
      api
        .writes()
        .filter(({ method, path }) => method === "PATCH" && path.endsWith("/virtualmachineinstances/web"))
        .map(({ body }) => (body as { readonly status?: VirtualMachineInstanceStatus }).status?.phase),
    /** Brings the pod up until the VMI is handed over. */
    run: async (isWanted: (vmi: VirtualMachineInstance) => boolean = () => true) => {
      const made = await eventually(
        () => pod() && current() && isWanted(current() as VirtualMachineInstance) && pod(),
        {
          what: "the pod",
        },
      );
      await eventually(() => gateOf(pod()) === "True" && current()?.status?.phase === "Scheduling");
      const status = {
        phase: "Running" as const,
        qosClass: "Burstable" as const,
        containerStatuses: [{ name: "compute", image: "launcher", imageID: "", ready: true, restartCount: 0 }],
        conditions: [...(pod()?.status?.conditions ?? []), { type: "Ready", status: "True" as const }],
      };
      api.put(Pod, { ...made, ...pod(), spec: { containers: [], ...made.spec, nodeName: "n1" }, status });
      return eventually(() => (current()?.status?.phase === "Scheduled" ? current() : undefined), {
        what: "Scheduled",
      });
    },
    /** What virt-handler would write. */
    guest: async ({ phase, ...status }: VirtualMachineInstanceStatus & { readonly phase: InstancePhase }) => {
      await api.client.patch(
        VirtualMachineInstance,
        key,
        { status: { ...entering(phase), ...status } },
        { type: "merge" },
      );
    },
    /** The guest ends, then its pod goes. */
    finish: async (phase: "Succeeded" | "Failed") => {
      const going = await eventually(() => (pod()?.metadata.deletionTimestamp ? pod() : undefined), {
        what: "the pod's deletion",
      });
      await api.client.patch(VirtualMachineInstance, key, { status: entering(phase) }, { type: "merge" });
      api.remove(Pod, { namespace: "default", name: going.metadata.name ?? "" });
    },
  };
}
