import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { NetworkAttachmentDefinition, Pod } from "@peapod/api";
import { type EventRecorder, listCheckpoints, silentLog, startControllers } from "@peapod/machinery";
import { readBootId } from "@peapod/machinery/node";
import { createFakeApi, eventually, type FakeApi } from "@peapod/machinery/testing";
import { defaultSettings, inventory, openNodeNetwork, removeNodeNetwork, renderDefaultNetwork } from "@peapod/network";
import { isInOwnNamespaces } from "@peapod/network/testing";
import { openCgroups } from "../cgroup/driver.ts";
import type { GuestState } from "../sandbox/guest-view.ts";
import { openSandboxStore } from "../sandbox/store.ts";
import { dyingAt } from "../testing/dying-at.ts";
import { createPodsController } from "./index.ts";
import { createPodNetworks } from "./networks.ts";
import { createPodOwners } from "./pod-owners.ts";

const key = { namespace: "default", name: "virt-launcher-web-abcde" };
// Groups are the machine's, not the namespaces', where every test is process 1: a name that nobody else has.
const instance = randomBytes(3).toString("hex");

if (isInOwnNamespaces(import.meta.url)) {
  test("a launcher pod comes up with a real network and leaves nothing when it is deleted", async (t) => {
    await using world = await makeWorld(t);
    const { api } = world;
    await using node = await startNode(world);
    api.put(Pod, launcher());
    const pod = await eventually(() => running(api));
    assert.equal(pod.status?.podIP, "10.244.0.2");
    assert.equal(pod.status?.hostIP, "192.0.2.7");
    const conditions = pod.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
    assert.deepEqual(conditions?.sort(), [
      "ContainersReady=True",
      "Initialized=True",
      "PodReadyToStartContainers=True",
      "Ready=True",
    ]);
    const [eth0] = JSON.parse(pod.metadata.annotations?.["k8s.v1.cni.cncf.io/network-status"] ?? "[]");
    assert.deepEqual(
      [eth0.name, eth0.ips, eth0.gateway],
      ["kube-system/k8s-pod-network", ["10.244.0.2"], ["10.244.0.1"]],
    );
    assert.equal(api.writes().length, 1, "one update from its binding until it runs");
    assert.deepEqual(world.said().sort(), [
      "Created: Created container: compute",
      "Started: Started container compute",
    ]);

    const [sandbox] = node.sandboxes.list();
    assert.ok(sandbox);
    assert.deepEqual(node.expected, ["vmi-1", "vmi-1"], "while it is made, and when it stands");
    assert.equal(statSync(sandbox.runDir).mode & 0o7777, 0o1770);
    assert.equal(statSync(sandbox.runDir).uid, 0);
    for (const path of sandbox.cgroupPaths) assert.ok(existsSync(path), path);

    node.setGuest("vmi-1", { is: "alive" });
    await api.client.delete(Pod, key);
    await eventually(() => api.get(Pod, key)?.metadata.deletionTimestamp !== undefined);
    await eventually(() => world.said().includes("Killing: Stopping container compute"));
    node.setGuest("vmi-1", ended);
    await eventually(() => api.get(Pod, key) === undefined);
    await assertNothingLeft(world);
    assert.equal(node.network.ipam.list()[0]?.owner.name, "web", "the address is the VM's as long as there is one");
  });

  test("a pod that was deleted by force, or while nobody looked, is taken down all the same", async (t) => {
    await using world = await makeWorld(t);
    {
      await using node = await startNode(world);
      world.api.put(Pod, launcher());
      await eventually(() => running(world.api));
      node.setGuest("vmi-1", { is: "alive" });
      await world.api.client.delete(Pod, key, { gracePeriodSeconds: 0 });
      await eventually(() => node.sandboxes.list().length === 0);
      assert.deepEqual(node.destroyed, ["vmi-1"]);
      world.api.put(Pod, launcher({ uid: "pod-2", vmiUid: "vmi-2" }));
      await eventually(() => running(world.api));
    }
    world.api.remove(Pod, key);
    await using again = await startNode(world);
    await eventually(() => again.sandboxes.list().length === 0);
    await assertNothingLeft(world);
  });

  test("a sandbox that cannot be made says why, and heals when the cause goes away", async (t) => {
    await using world = await makeWorld(t);
    await using _node = await startNode(world);
    world.api.put(Pod, launcher({ annotations: { "v1.multus-cni.io/default-network": "default/lan" } }));
    const because = 'Cannot attach interface "eth0": there is no network-attachment-definition "default/lan"';
    const condition = await eventually(() =>
      world.api
        .get(Pod, key)
        ?.status?.conditions?.find(({ type, message }) => type === "PodReadyToStartContainers" && message),
    );
    assert.deepEqual(
      [condition.status, condition.reason, condition.message],
      ["False", "FailedCreatePodSandBox", because],
    );
    assert.ok(world.said().includes(`FailedCreatePodSandBox: Failed to create pod sandbox: ${because}`));
    const broken = { ...renderDefaultNetwork(), metadata: { namespace: "default", name: "lan" } };
    world.api.put(NetworkAttachmentDefinition, { ...broken, spec: { config: "{" } });
    await eventually(() => world.said().some((line) => line.includes("its config is not a JSON object. Write a CNI")));
    world.api.put(NetworkAttachmentDefinition, broken);
    assert.equal((await eventually(() => running(world.api))).status?.podIP, "10.244.0.2");
  });

  test("a restart of the agent finds its pods as they are and writes nothing", async (t) => {
    await using world = await makeWorld(t);
    {
      await using _node = await startNode(world);
      world.api.put(Pod, launcher());
      await eventually(() => running(world.api));
    }
    const before = world.api.writes().length;
    const { links, namespaces } = await inventory(instance);
    await using again = await startNode(world);
    again.setGuest("vmi-1", { is: "alive" });
    // A second pod is a sign that the first one was looked at: the queue is in order.
    world.api.put(Pod, launcher({ name: "virt-launcher-db-abcde", uid: "pod-2", vmiUid: "vmi-2" }));
    await eventually(() => world.api.list(Pod).every(({ status }) => status?.phase === "Running"));
    assert.equal(world.api.writes().length, before + 1);
    const after = await inventory(instance);
    for (const name of links) assert.ok(after.links.includes(name));
    for (const name of namespaces) assert.ok(after.namespaces.includes(name));
  });

  test("pods that are no launchers are refused with a way out", async (t) => {
    await using world = await makeWorld(t);
    await using _node = await startNode(world);
    world.api.put(Pod, launcher({ labels: {} }));
    const pod = await eventually(() => {
      const found = world.api.get(Pod, key);
      return found?.status?.phase === "Failed" ? found : undefined;
    });
    assert.match(pod.status?.message ?? "", /runs launcher pods of virtual machines only/);
    await assertNothingLeft(world);
  });

  test("a death at any step of a pod's start or end is made good by the next agent", async (t) => {
    await using world = await makeWorld(t);
    {
      await using _node = await startNode(world); // registers the names of its steps
    }
    const names = listCheckpoints().filter((name) => name.startsWith("pods/"));
    assert.ok(names.length >= 7, names.join());
    for (const [index, name] of names.entries()) {
      await t.test(name, async () => {
        const uid = `pod-${index}`;
        {
          await using node = await startNode(world);
          await dyingAt(name, node, [
            () => world.api.put(Pod, launcher({ uid })),
            () => eventually(() => running(world.api)),
            () => world.api.client.delete(Pod, key),
            () => eventually(() => world.api.get(Pod, key) === undefined),
          ]);
        }
        await using node = await startNode(world);
        if (world.api.get(Pod, key)?.metadata.deletionTimestamp === undefined && world.api.get(Pod, key)) {
          await eventually(() => running(world.api));
          await world.api.client.delete(Pod, key);
        }
        await eventually(() => world.api.get(Pod, key) === undefined && node.sandboxes.list().length === 0);
        await assertNothingLeft(world);
      });
    }
  });
}

const ended: GuestState = { is: "ended", failed: false, reason: "", message: "", at: "2026-01-01T12:00:00Z" };

interface World extends AsyncDisposable {
  readonly api: FakeApi;
  readonly folder: string;
  readonly events: EventRecorder;
  /** `"Reason: message"` */
  readonly said: () => string[];
}

async function makeWorld(t: TestContext): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "node-pods-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(`/run/peapod/${instance}`, { recursive: true });
  const api = createFakeApi({ kinds: [Pod, NetworkAttachmentDefinition] });
  api.put(NetworkAttachmentDefinition, renderDefaultNetwork());
  const said: string[] = [];
  const registryPath = "/run/peapod/machine.json";
  return {
    api,
    folder,
    events: { record: (_, { reason, message }) => said.push(`${reason}: ${message}`) },
    said: () => [...said],
    [Symbol.asyncDispose]: async () => {
      for (const pod of api.list(Pod)) {
        api.remove(Pod, { namespace: pod.metadata.namespace, name: pod.metadata.name ?? "" });
      }
      await using node = await startNode({ api, folder, events: { record: () => {} } });
      await eventually(() => node.sandboxes.list().length === 0);
      await node[Symbol.asyncDispose]();
      await removeNodeNetwork({ instance, registryPath });
    },
  };
}

/** An agent with nothing but its pods: real network and cgroups, guests as the test says. */
async function startNode({ api, folder, events }: Pick<World, "api" | "folder" | "events">) {
  const stop = new AbortController();
  const states = new Map<string, GuestState>();
  const listeners = new Set<(vmiUid: string) => void>();
  const destroyed: string[] = [];
  const expected: string[] = [];
  const guestsDir = join(folder, "guests");
  mkdirSync(guestsDir, { recursive: true });
  const sandboxes = await openSandboxStore(guestsDir);
  const owners = createPodOwners(sandboxes, "n1", () => defaultSettings);
  const runDir = `/run/peapod/${instance}`;
  const network = await openNodeNetwork({
    instance,
    dataDir: folder,
    ipamDir: join(folder, "ipam"),
    cniDir: join(folder, "cni"),
    agentSocket: join(runDir, "agent.sock"),
    registryPath: "/run/peapod/machine.json",
    identify: owners.identify,
    log: silentLog,
  });
  const controller = createPodsController({
    nodeName: "n1",
    instance,
    guestsDir,
    runDir,
    bootId: readBootId(),
    firstUid: network.firstUid,
    hostIps: () => ["192.0.2.7"],
    sandboxes,
    cgroups: await openCgroups(),
    networks: createPodNetworks({
      ...{ network, owners, nodeName: "n1", client: api.client, log: silentLog },
      settings: () => defaultSettings,
    }),
    images: {
      stateOf: () => ({ is: "ready", imageId: "sha256:1" }),
      startPull: () => {},
      onChange: () => ({ [Symbol.dispose]: () => {} }),
      release: () => {},
    },
    guests: {
      stateOf: (vmiUid) => states.get(vmiUid) ?? { is: "absent" },
      destroy: async (vmiUid) => {
        destroyed.push(vmiUid);
        states.set(vmiUid, ended);
      },
      expect: (vmiUid) => void expected.push(vmiUid),
      onChange: (listener) => {
        listeners.add(listener);
        return { [Symbol.dispose]: () => listeners.delete(listener) };
      },
    },
  });
  const { done } = startControllers([controller], {
    client: api.client,
    log: silentLog,
    recorder: events,
    signal: stop.signal,
  });
  let isClosed = false;
  return {
    network,
    sandboxes,
    destroyed,
    expected,
    stop,
    setGuest: (vmiUid: string, state: GuestState) => {
      states.set(vmiUid, state);
      for (const listener of listeners) listener(vmiUid);
    },
    [Symbol.asyncDispose]: async () => {
      if (isClosed) return;
      isClosed = true;
      stop.abort();
      await done;
      await network[Symbol.asyncDispose]();
    },
  };
}

async function assertNothingLeft({ folder }: World): Promise<void> {
  const left = await inventory(instance);
  assert.deepEqual(
    { ...left, links: left.links.filter((name) => !name.endsWith("br")), nftTables: [] },
    {
      links: [],
      namespaces: [],
      nftTables: [],
      forwardRules: [],
      processes: [],
      cgroups: [],
      mounts: [],
      runFiles: [`/run/peapod/${instance}/agent.sock`],
    },
  );
  assert.deepEqual(readdirSync(join(folder, "guests")), []);
  assert.deepEqual(readdirSync(`/run/peapod/${instance}`), ["agent.sock"]);
  assert.deepEqual(existsSync(join(folder, "cni/results")) ? readdirSync(join(folder, "cni/results")) : [], []);
}

function running(api: FakeApi): Pod | undefined {
  const pod = api.get(Pod, key);
  return pod?.status?.phase === "Running" ? pod : undefined;
}

interface LauncherOptions {
  readonly name?: string;
  readonly uid?: string;
  readonly vmiUid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function launcher({
  name = key.name,
  uid = "pod-1",
  vmiUid = "vmi-1",
  labels,
  annotations,
}: LauncherOptions = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "default",
      name,
      uid,
      labels: labels ?? { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": vmiUid },
      annotations: { "kubevirt.io/domain": "web", ...annotations },
    },
    spec: {
      nodeName: "n1",
      containers: [{ name: "compute", image: "launcher", resources: { limits: { memory: "300Mi" } } }],
    },
  };
}
