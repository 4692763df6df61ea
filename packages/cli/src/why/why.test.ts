import assert from "node:assert/strict";
import test from "node:test";
import { NetworkAttachmentDefinition, Node, Pod, Secret, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { createFakeApi, type FakeApi } from "@peapod/machinery/testing";
import { runLine } from "../testing/run-line.ts";

const now = new Date("2026-01-01T12:00:00Z");
const earlier = "2026-01-01T11:59:50Z";

/** Puts a machine, its instance, its launcher and a node there; each part may be left out or changed. */
function cluster(parts: {
  readonly vm?: { readonly spec?: object; readonly status?: object; readonly metadata?: object } | false;
  readonly vmi?: { readonly status?: object; readonly metadata?: object } | false;
  readonly pod?: { readonly spec?: object; readonly status?: object; readonly metadata?: object } | false;
  readonly node?: { readonly spec?: object; readonly conditions?: readonly object[] } | false;
}): FakeApi {
  const api = createFakeApi({ now: () => new Date(earlier) });
  const spec = { domain: { devices: {} } };
  const own = { name: "web", namespace: "default" };
  const kubevirt = { apiVersion: "kubevirt.io/v1" };
  const { vm = {}, vmi = {}, pod = {}, node = {} } = parts;
  if (vm !== false) {
    api.put(VirtualMachine, {
      ...kubevirt,
      kind: "VirtualMachine",
      metadata: { ...own, ...vm.metadata },
      spec: { runStrategy: "Always", template: { spec }, ...vm.spec },
      status: vm.status,
    } as VirtualMachine);
  }
  if (vmi !== false) {
    api.put(VirtualMachineInstance, {
      ...kubevirt,
      kind: "VirtualMachineInstance",
      metadata: { ...own, uid: "vmi-uid", ...vmi.metadata },
      spec,
      status: { phase: "Scheduling", nodeName: "n1", ...vmi.status },
    } as VirtualMachineInstance);
  }
  if (vmi !== false && pod !== false) {
    api.put(Pod, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...own,
        name: "virt-launcher-web-abcde",
        labels: { "kubevirt.io/created-by": "vmi-uid" },
        ...pod.metadata,
      },
      spec: { nodeName: "n1", containers: [], ...pod.spec },
      status: { phase: "Pending", ...pod.status },
    } as Pod);
  }
  if (node !== false) {
    const ready = { type: "Ready", status: "True", lastTransitionTime: earlier };
    api.put(Node, {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n1" },
      spec: node.spec,
      status: { conditions: node.conditions ?? [ready] },
    } as Node);
  }
  return api;
}

async function why(api: FakeApi, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await runLine(["why", ...argv], { api, program: "peapod", now });
  assert.equal(stderr, "");
  assert.equal(code, 0);
  return stdout;
}

test("why: a halted machine, and one that is started by hand", async () => {
  const halted = cluster({ vm: { spec: { runStrategy: "Halted" } }, vmi: false });
  assert.equal(
    await why(halted, "web"),
    "web is not running: it is halted (spec.runStrategy: Halted)\n  → peapod start web\n",
  );
  const running = cluster({ vm: { spec: { runStrategy: undefined, running: false } }, vmi: false });
  assert.match(await why(running, "web"), /it is halted \(spec\.running: false\)/);
  const manual = cluster({ vm: { spec: { runStrategy: "Manual" } }, vmi: false });
  assert.match(
    await why(manual, "vm/web"),
    /^web is not running: it is started by hand only \(spec\.runStrategy: Manual\)/,
  );
});

test("why: starts that failed, and an instance that cannot be created", async () => {
  const startFailure = { consecutiveFailCount: 3, retryAfterTimestamp: "2026-01-01T12:00:30Z" };
  const failing = await why(cluster({ vm: { status: { startFailure } }, vmi: false }), "web");
  assert.match(
    failing,
    /^web is not running: its last 3 starts failed, the next is in 30s\n {2}→ kubectl events --for vm\/web/,
  );
  const conditions = [{ type: "Failure", status: "True", message: "quota is used up" }];
  const refused = await why(cluster({ vm: { status: { conditions } }, vmi: false }), "web");
  assert.match(refused, /^web is not running: its instance cannot be created\n {2}quota is used up\n {2}→ correct it/);
});

test("why: a machine that is being deleted, and one that is stopping", async () => {
  const deletionTimestamp = earlier;
  const deleted = cluster({ vm: { metadata: { deletionTimestamp, finalizers: ["a.b/c"] } }, vmi: false });
  assert.equal(
    await why(deleted, "web"),
    "web is being deleted, for 10s\n  waiting for whoever put these finalizers on it: a.b/c\n",
  );
  const stopping = cluster({
    vmi: { metadata: { deletionTimestamp }, status: { phase: "Running" } },
    pod: { metadata: { deletionTimestamp: "2026-01-01T12:00:20Z" } },
  });
  assert.equal(
    await why(stopping, "web"),
    "web is stopping, for 10s\n  the guest may shut down by itself until 2026-01-01T12:00:20Z, then it is stopped\n  → peapod stop web --force --grace-period=0    does not wait for the guest\n",
  );
});

test("why: what the spec names and is not there, all of it", async () => {
  const volumes = [
    { name: "seed", cloudInitNoCloud: { secretRef: { name: "seed" }, networkDataSecretRef: { name: "net" } } },
  ];
  const networks = [{ name: "lan", multus: { networkName: "infra/lan" } }];
  const api = cluster({ vm: { spec: { template: { spec: { domain: {}, volumes, networks } } } }, pod: false });
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace: "default", name: "net" } };
  api.put(Secret, secret as Secret);
  assert.equal(
    await why(api, "web"),
    `web is not running: Secret seed is missing and 1 more
  spec.template.spec.volumes[0].cloudInitNoCloud.secretRef names Secret default/seed, which does not exist
  spec.template.spec.networks[0].multus.networkName names NetworkAttachmentDefinition infra/lan, which does not exist
  → create it: kubectl create secret generic seed --from-file=userdata=FILE
  → create it: kubectl apply -f FILE with a net-attach-def infra/lan
`,
  );
  api.put(Secret, { ...secret, metadata: { namespace: "default", name: "seed" } } as Secret);
  const nad = {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "infra", name: "lan" },
  };
  api.put(NetworkAttachmentDefinition, nad as NetworkAttachmentDefinition);
  assert.match(await why(api, "web"), /^web is not running yet: its launcher pod is about to be made/);
});

test("why: no pod, no node, a cordoned node, a silent one", async () => {
  const conditions = [{ type: "Synchronized", status: "False", message: "a pod of its name already exists" }];
  const blocked = await why(cluster({ vmi: { status: { phase: "Pending", conditions } }, pod: false }), "web");
  assert.match(blocked, /^web is not running: its launcher pod cannot be made\n {2}a pod of its name already exists\n/);
  const unscheduled = { spec: { nodeName: undefined } };
  assert.match(
    await why(cluster({ pod: unscheduled, node: false }), "web"),
    /^web is not running: there is no node to run it on\n {2}→ start an agent: peapod up, or peapod node\n/,
  );
  assert.equal(
    await why(cluster({ pod: unscheduled, node: { spec: { unschedulable: true } } }), "web"),
    "web is not running: no node can take it\n  node n1: cordoned\n  → kubectl uncordon n1\n",
  );
  const silent = [{ type: "Ready", status: "Unknown", lastTransitionTime: earlier, message: "no heartbeat" }];
  assert.equal(
    await why(cluster({ node: { conditions: silent } }), "web"),
    "web is not running: its node does not answer\n  node n1: not ready for 10s: no heartbeat\n  → start its agent again: peapod up, or peapod node\n",
  );
});

test("why: an image that cannot be had, and one that is on its way", async () => {
  const waiting = (reason: string, message: string) => ({
    status: {
      containerStatuses: [{ name: "volumeroot", image: "quay.io/me/disk", state: { waiting: { reason, message } } }],
    },
  });
  assert.equal(
    await why(cluster({ pod: waiting("ErrImagePull", "manifest unknown") }), "web"),
    `web is not running: the image of volume root cannot be had (ErrImagePull)
  quay.io/me/disk
  manifest unknown
  → correct the name, or give a pull secret: containerDisk.image, containerDisk.imagePullSecret
  → put a disk there by hand: peapod image import quay.io/me/disk FILE
`,
  );
  const pulling = waiting("ContainerCreating", 'Pulling image "quay.io/me/disk": 12 of 40 MB');
  assert.equal(
    await why(cluster({ pod: pulling }), "web"),
    'web is not running yet: an image is being pulled\n  Pulling image "quay.io/me/disk": 12 of 40 MB\n',
  );
});

test("why: pools without a free address are named with how full they are, and can be given more", async () => {
  const message =
    "failed to allocate any IPv4 IP address to NIC eth0 from IPPools [a b]: all IP addresses used out " +
    '(pool "a": 101 of 101 held, pool "b": 1 of 1 held)';
  const sandbox = { status: { conditions: [{ type: "PodReadyToStartContainers", status: "False", message }] } };
  const answer = await why(cluster({ pod: sandbox }), "web");
  assert.match(answer, /pool "a": 101 of 101 held/);
  assert.match(answer, /give the pool more addresses: kubectl edit spiderippool a\n.*kubectl edit spiderippool b\n/);
});

test("why: no network for the pod, no guest on the node, or just a moment more", async () => {
  const message = 'cannot attach "eth0": pool "10-7-v4" has no free address';
  const sandbox = { status: { conditions: [{ type: "PodReadyToStartContainers", status: "False", message }] } };
  assert.match(
    await why(cluster({ pod: sandbox }), "web"),
    /^web is not running: its launcher pod gets no network\n {2}cannot attach "eth0": pool "10-7-v4" has no free address\n/,
  );
  const conditions = [{ type: "Synchronized", status: "False", reason: "QemuFailed", message: "the disk is no qcow2" }];
  assert.match(
    await why(cluster({ vmi: { status: { phase: "Scheduled", conditions } } }), "web"),
    /^web is not running: its node cannot start the guest \(QemuFailed\)\n {2}the disk is no qcow2\n/,
  );
  const phaseTransitionTimestamps = [{ phase: "Scheduled", phaseTransitionTimestamp: earlier }];
  assert.equal(
    await why(cluster({ vmi: { status: { phase: "Scheduled", phaseTransitionTimestamps } } }), "web"),
    "web is not running yet: it is on its way (Scheduled for 10s)\n  pod virt-launcher-web-abcde is Pending on n1\n",
  );
});

test("why: a guest that ended, well and not, with and without a machine", async () => {
  const terminated = {
    name: "compute",
    state: { terminated: { exitCode: 1, message: "QEMU was killed: out of memory" } },
  };
  const failed = cluster({
    vmi: { status: { phase: "Failed" } },
    pod: { status: { containerStatuses: [terminated] } },
  });
  assert.equal(
    await why(failed, "web"),
    `web is not running: its guest failed; it is being started again
  QEMU was killed: out of memory
  → kubectl logs virt-launcher-web-abcde    the end of its console
`,
  );
  const once = cluster({ vm: { spec: { runStrategy: "Once" } }, vmi: { status: { phase: "Succeeded" } } });
  assert.match(
    await why(once, "web"),
    /^web is not running: its guest shut down \(spec\.runStrategy: Once\)\n {2}→ kubectl delete vmi web/,
  );
  const loose = await why(cluster({ vm: false, vmi: { status: { phase: "Succeeded" } } }), "vmi/web");
  assert.match(loose, /^web is not running: its guest shut down\n {2}it belongs to no VirtualMachine/);
});

test("why: a guest that runs may be paused, out of sight, not ready, without its network, or well", async () => {
  const running = (...conditions: object[]) => ({
    status: { phase: "Running", conditions, interfaces: [{ name: "default", ipAddress: "10.244.0.2" }] },
  });
  const ready = { type: "Ready", status: "True", lastTransitionTime: earlier };
  assert.equal(
    await why(cluster({ vmi: running(ready) }), "web"),
    "web is running and ready, on n1 for 10s\n  default: 10.244.0.2\n",
  );
  const restart = [{ type: "RestartRequired", status: "True", message: "memory was changed" }];
  assert.match(
    await why(cluster({ vm: { status: { conditions: restart } }, vmi: running(ready) }), "web"),
    /\n {2}changes wait for a restart: memory was changed\n {2}→ peapod restart web\n$/,
  );
  assert.equal(
    await why(cluster({ vmi: running(ready, { type: "Paused", status: "True", reason: "PausedByUser" }) }), "web"),
    "web is paused\n  → peapod unpause vmi web\n",
  );
  const waiting = { type: "Ready", status: "False", message: "containers with unready status: [compute]" };
  assert.equal(
    await why(cluster({ vmi: running(waiting) }), "web"),
    "web is running, but not ready\n  containers with unready status: [compute]\n",
  );
  const lost = { type: "Synchronized", status: "False", reason: "InterfaceLost", message: "its parent is gone" };
  assert.equal(
    await why(cluster({ vmi: running(ready, lost) }), "web"),
    "web is running, but an interface of it lost its network\n  its parent is gone\n",
  );
  assert.match(
    await why(cluster({ vmi: running(ready), node: false }), "web"),
    /^web was running when its node was last heard of\n {2}node n1: it is not there any more\n/,
  );
});

test("why: a name that is not there is a failure that names those that are", async () => {
  const api = cluster({});
  const { code, stderr } = await runLine(["why", "wob"], { api, program: "peapod", now });
  assert.equal(code, 1);
  assert.equal(stderr, 'Error: virtualmachines.kubevirt.io "wob" not found in namespace default; there are web\n');
  const elsewhere = await runLine(["why", "-n", "team", "web"], { api, program: "peapod", now });
  assert.match(elsewhere.stderr, /not found in namespace team; there is one in namespace default\n$/);
});
