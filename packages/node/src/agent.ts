import { mkdir } from "node:fs/promises";
import { Secret } from "@peapod/api";
import type { NodeFacts } from "@peapod/compute";
import { type Client, createEventRecorder, formatError, type Log, startControllers } from "@peapod/machinery";
import { keepFilesBounded, readBootId } from "@peapod/machinery/node";
import {
  createServicesController,
  findLostPorts as findLostPortsOf,
  findPortTroubles as findPortTroublesOf,
  probeStandIn,
} from "@peapod/network";
import type { Acceleration } from "@peapod/qemu/node";
import { openImageStore } from "@peapod/storage";
import { createAddresses } from "./addresses.ts";
import { openCgroups } from "./cgroup/driver.ts";
import { createAgentApi } from "./endpoints/agent-api.ts";
import { listenForGateway } from "./endpoints/listen.ts";
import { createGuestsController, GuestKeeper, type KeeperOptions, openGuestControl } from "./guests/index.ts";
import { findUefi } from "./machine/uefi.ts";
import { askCluster, type NetworkPaths, openNetworkOf } from "./network.ts";
import { createPodImages } from "./pods/images.ts";
import { createPodsController } from "./pods/index.ts";
import { createPodNetworks } from "./pods/networks.ts";
import { ipv4Addresses } from "./registration/machine-facts.ts";
import { registerNode } from "./registration/register.ts";
import { openSandboxStore, type SandboxStore } from "./sandbox/store.ts";

export interface AgentOptions {
  readonly nodeName: string;
  readonly paths: NetworkPaths & { readonly guests: string; readonly images: string; readonly runDir: string };
  /** As the node, `system:node:NAME`. */
  readonly client: Client;
  /** PEM: what the agent's own port is served with, and whom it believes. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Tried and remembered by whoever starts the agent. */
  readonly acceleration: Acceleration;
  readonly qemu: { readonly path: string; readonly version: string };
  readonly version: string;
  readonly log: Log;
  readonly now: () => Date;
  /** Ends the agent; its guests run on. */
  readonly signal: AbortSignal;
}

export interface Agent {
  /** Guests that ran before it and were taken over as they are. */
  readonly adopted: readonly { readonly name: string; readonly startedAt: string }[];
  /** Resolves when everything has ended. */
  readonly done: Promise<void>;
}

/** QEMU says little, unless a guest makes it. */
const maxQemuLogBytes = 1024 * 1024;

/** Where Events come from, as people know it from a cluster. */
const components: Readonly<Record<string, string>> = {
  pods: "kubelet",
  "ip-pools": "spiderpool-controller",
  "ipam-settings": "spiderpool-controller",
};

/** The node agent: kubelet and virt-handler of this machine. Resolves when the Node is registered. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { nodeName, paths, client, log, now, signal } = options;
  await using undo = new AsyncDisposableStack();
  for (const folder of [paths.guests, paths.images, paths.runDir])
    await mkdir(folder, { recursive: true, mode: 0o711 });
  const sandboxes = await openSandboxStore(paths.guests);
  const recorder = (component: string) => createEventRecorder({ client, component, host: nodeName, log, now, signal });
  const addresses = createAddresses({
    ...{ sandboxes, nodeName, instance: paths.instance, client, signal, log },
    events: recorder("spiderpool-agent"),
  });
  const [cgroups, standIn, network, images] = await Promise.all([
    openCgroups(),
    probeStandIn(signal),
    openNetworkOf(paths, { ...addresses.forNetwork, cluster: askCluster(client), log, signal }),
    openImageStore({ dir: paths.images, log, now }),
  ]);
  undo.use(network);
  const findLostPorts: KeeperOptions["findLostPorts"] = (sandbox, stop) =>
    findLostPortsOf(network, sandbox.podUid, stop);
  const findPortTroubles: KeeperOptions["findPortTroubles"] = (stop) => findPortTroublesOf(network, stop);
  const keeper = undo.use(await GuestKeeper.open({ sandboxes, log, now, findLostPorts, findPortTroubles }));
  const networks = createPodNetworks({ ...{ network, client, nodeName, log }, ...addresses });
  const bootId = readBootId();
  const adopted = await adoptGuests(keeper, sandboxes, signal);

  const listener = undo.use(
    await listenForGateway({
      api: createAgentApi(
        {
          find: (namespace, name) => {
            const control = openGuestControl({ keeper, sandboxes, now }, namespace, name);
            return control && { control, addresses: addressesOf(keeper, sandboxes, namespace, name) };
          },
          logOf: (namespace, pod) => keeper.findLog(namespace, pod),
        },
        now,
      ),
      host: "0.0.0.0",
      port: 0,
      tls: options.tls,
      log,
    }),
  );

  const ownLinks = `pp${paths.instance}`;
  const node = nodeFacts(options);
  const addressControllers = await addresses.controllers(network);
  const controllers = startControllers(
    [
      createPodsController({
        nodeName,
        instance: paths.instance,
        guestsDir: paths.guests,
        runDir: paths.runDir,
        bootId,
        firstUid: network.firstUid,
        hostIps: () => ipv4Addresses(ownLinks),
        sandboxes,
        cgroups,
        networks,
        images: createPodImages({ store: images, client, log, now, signal }),
        guests: keeper,
      }),
      ...addressControllers,
      createServicesController({ nodeName, instance: paths.instance, podSubnet: network.podSubnet }),
      createGuestsController({
        nodeName,
        bootId,
        sandboxes,
        keeper,
        networks,
        images,
        node: await node,
        standIn,
        qemuPath: options.qemu.path,
        readSecret: (namespace, name, signal) => client.find(Secret, { namespace, name }, { signal }),
      }),
    ],
    {
      client,
      log,
      recorder: (controller) => recorder(components[controller] ?? "virt-handler"),
      now,
      signal,
    },
  );
  void keepFilesBounded({
    paths: () => sandboxes.list().map(({ dataDir }) => `${dataDir}/qemu.log`),
    maxBytes: maxQemuLogBytes,
    everyMs: 60_000,
    signal,
    onError: (path, error) => log.warn("log not kept small", { path, error: formatError(error) }),
  });
  await registerNode({
    client,
    log,
    now,
    signal,
    given: {
      nodeName,
      dataDir: paths.dataDir,
      ownLinkPrefix: ownLinks,
      agentPort: listener.port,
      podCidr: network.podSubnet,
      qemuVersion: options.qemu.version,
      peapodVersion: options.version,
      acceleration: { mode: options.acceleration.accelerator, because: options.acceleration.because },
    },
  });
  const resources = undo.move();
  return { adopted, done: controllers.done.finally(() => resources.disposeAsync()) };
}

/** Takes hold of every guest that runs, before anybody asks for it. One that cannot be reached now is tried again by its reconciler. */
async function adoptGuests(
  keeper: GuestKeeper,
  sandboxes: SandboxStore,
  signal: AbortSignal,
): Promise<Agent["adopted"]> {
  const adopted = await Promise.all(
    sandboxes.list().map(async (sandbox) => {
      const seen = await keeper.observe(sandbox, signal).catch(() => undefined);
      const file = keeper.file(sandbox.vmiUid);
      return seen?.is === "present" && file ? [{ name: file.vmiName, startedAt: file.startedAt }] : [];
    }),
  );
  return adopted.flat();
}

async function nodeFacts({ nodeName, acceleration, qemu }: AgentOptions): Promise<NodeFacts> {
  return {
    name: nodeName,
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    accelerator: acceleration.accelerator,
    qemuVersion: qemu.version,
    ...(await findUefi()),
    // Overlays lie on filesystems that take O_DIRECT or do not; QEMU's own cache is right for both.
    directIo: false,
  };
}

function addressesOf(
  keeper: GuestKeeper,
  sandboxes: SandboxStore,
  namespace: string,
  vmiName: string,
): readonly string[] {
  const sandbox = sandboxes.list().find((one) => one.podNamespace === namespace && one.vmiName === vmiName);
  return keeper.file(sandbox?.vmiUid ?? "")?.attachments.flatMap(({ ipAddresses }) => ipAddresses) ?? [];
}
