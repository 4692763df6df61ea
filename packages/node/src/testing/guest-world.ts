import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { NetworkAttachmentDefinition, Pod, VirtualMachineInstance } from "@peapod/api";
import type { NodeFacts } from "@peapod/compute";
import { type EventRecorder, silentLog, startControllers } from "@peapod/machinery";
import { readBootId } from "@peapod/machinery/node";
import { createFakeApi, eventually, type FakeApi } from "@peapod/machinery/testing";
import {
  defaultSettings,
  findPortTroubles,
  inventory,
  openNodeNetwork,
  probeStandIn,
  removeNodeNetwork,
  renderDefaultNetwork,
} from "@peapod/network";
import { bootSector } from "@peapod/qemu/testing";
import { openCgroups } from "../cgroup/driver.ts";
import { createGuestsController, GuestKeeper } from "../guests/index.ts";
import { createPodsController } from "../pods/index.ts";
import { createPodNetworks } from "../pods/networks.ts";
import { createPodOwners } from "../pods/pod-owners.ts";
import { openSandboxStore } from "../sandbox/store.ts";

// Groups are the machine's, not the namespaces', where every test is process 1: a name that nobody else has.
const instance = randomBytes(3).toString("hex");

/** A machine with an API and nobody to schedule: the test says which pods and VMIs are there. */
export interface GuestWorld extends AsyncDisposable {
  readonly api: FakeApi;
  readonly folder: string;
  readonly events: EventRecorder;
  /** `"Normal Started: message"` */
  readonly said: () => readonly string[];
  /** The image "boot", which a test may take away. */
  readonly images: Set<string>;
  /** What is on the machine of ours. */
  readonly leftovers: () => Promise<readonly string[]>;
}

export async function makeGuestWorld(t: TestContext): Promise<GuestWorld> {
  const folder = mkdtempSync(join(tmpdir(), "guests-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(`/run/peapod/${instance}`, { recursive: true });
  writeFileSync(join(folder, "boot.raw"), bootSector(), { mode: 0o644 });
  const api = createFakeApi({ kinds: [Pod, NetworkAttachmentDefinition, VirtualMachineInstance] });
  api.put(NetworkAttachmentDefinition, renderDefaultNetwork());
  const said: string[] = [];
  const images = new Set(["boot"]);
  return {
    api,
    folder,
    images,
    events: { record: (_, { type, reason, message }) => said.push(`${type} ${reason}: ${message}`) },
    said: () => [...said],
    async leftovers() {
      const { links, runFiles, processes, nftTables: _, ...rest } = await inventory(instance);
      return [
        ...links.filter((name) => !name.endsWith("br")),
        ...runFiles.filter((path) => !path.endsWith("/agent.sock")),
        ...processes.map(({ command }) => command),
        ...Object.values(rest).flat(),
        ...(existsSync(join(folder, "guests")) ? readdirSync(join(folder, "guests")) : []),
      ];
    },
    async [Symbol.asyncDispose]() {
      for (const kind of [Pod, VirtualMachineInstance] as const) {
        for (const { metadata } of api.list<Pod | VirtualMachineInstance>(kind)) {
          api.remove(kind, { namespace: metadata.namespace, name: metadata.name ?? "" });
        }
      }
      {
        await using node = await startGuestNode({ api, folder, images, events: { record: () => {} } });
        await eventually(() => node.sandboxes.list().length === 0);
      }
      await removeNodeNetwork({ instance, registryPath: "/run/peapod/machine.json" });
    },
  };
}

const nodeFacts: NodeFacts = {
  name: "n1",
  architecture: "amd64",
  accelerator: "tcg",
  qemuVersion: "7.2.22",
  directIo: false,
  uefi: {
    codePath: "/usr/share/OVMF/OVMF_CODE_4M.fd",
    varsTemplatePath: "/usr/share/OVMF/OVMF_VARS_4M.fd",
  },
};

/** An agent with pods and guests: real networks, cgroups and QEMU. */
export async function startGuestNode({
  api,
  folder,
  events,
  images,
}: Pick<GuestWorld, "api" | "folder" | "events" | "images">) {
  const stop = new AbortController();
  const guestsDir = join(folder, "guests");
  mkdirSync(guestsDir, { recursive: true, mode: 0o711 });
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
  const keeper = await GuestKeeper.open({
    ...{ sandboxes, log: silentLog, now: () => new Date() },
    findPortTroubles: (signal) => findPortTroubles(network, signal),
  });
  const networks = createPodNetworks({
    ...{ network, owners, nodeName: "n1", client: api.client, log: silentLog },
    settings: () => defaultSettings,
  });
  const pods = createPodsController({
    nodeName: "n1",
    instance,
    guestsDir,
    runDir,
    bootId: readBootId(),
    firstUid: network.firstUid,
    hostIps: () => ["192.0.2.7"],
    sandboxes,
    cgroups: await openCgroups(),
    networks,
    images: {
      stateOf: () => ({ is: "ready", imageId: "sha256:1" }),
      startPull: () => {},
      onChange: () => ({ [Symbol.dispose]: () => {} }),
      release: () => {},
    },
    guests: keeper,
  });
  const path = join(folder, "boot.raw");
  const guests = createGuestsController({
    nodeName: "n1",
    bootId: readBootId(),
    sandboxes,
    keeper,
    networks,
    qemuPath: "/usr/bin/qemu-system-x86_64",
    node: nodeFacts,
    standIn: await probeStandIn(),
    images: {
      findDisk: (reference) =>
        images.has(reference)
          ? { imageId: "sha256:1", pathInImage: "", path, format: "raw", virtualSizeBytes: 1 << 20, sizeBytes: 1 << 20 }
          : undefined,
    },
    readSecret: async () => undefined,
  });
  const { done } = startControllers([pods, guests], {
    client: api.client,
    log: silentLog,
    recorder: events,
    signal: stop.signal,
  });
  let isClosed = false;
  return {
    keeper,
    sandboxes,
    stop,
    async [Symbol.asyncDispose]() {
      if (isClosed) return;
      isClosed = true;
      stop.abort();
      await done;
      await keeper[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    },
  };
}
