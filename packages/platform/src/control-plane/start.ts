import { mkdir } from "node:fs/promises";
import { admissions, Node, peapodKinds, renderCrd } from "@peapod/api";
import {
  apiAddressIn,
  createApiServer,
  createAuthenticate,
  createNodeLifecycle,
  createPodGarbageCollector,
  createScheduler,
  createServiceEndpoints,
  ensurePki,
  type Listener,
  listen,
  type Pki,
  renderKubeconfig,
  serviceRanges,
} from "@peapod/apiserver";
import { createComputeControllers, eventComponents } from "@peapod/compute";
import { createGateway } from "@peapod/gateway";
import {
  type Client,
  createClient,
  createEventRecorder,
  kubevirtVersion,
  type Log,
  peapodVersion,
  startControllers,
} from "@peapod/machinery";
import { writeFileDurably } from "@peapod/machinery/node";
import { coordinatorController, multusConfigController, serviceNetwork } from "@peapod/network/cluster";
import type { UpConfig } from "../config/parse-config.ts";
import type { InstancePaths } from "../instance/paths.ts";
import { advertisedAddress } from "./advertised-address.ts";
import { ensureFirstObjects } from "./first-objects.ts";
import { createNodeProxy } from "./node-proxy.ts";

/** The API server with everything that runs beside it in one process: controllers, gateway, housekeeping. */
export interface ControlPlane extends AsyncDisposable {
  readonly listener: Listener;
  /** As the control plane's own service account. */
  readonly client: Client;
  readonly pki: Pki;
}

const dayMs = 24 * 60 * 60 * 1000;
const computeAccount = "system:serviceaccount:peapod-system:compute";
const gatewayAccount = "system:serviceaccount:peapod-system:gateway";
const platformAccount = "system:serviceaccount:peapod-system:platform";

/** Where Events come from, as people know it from a cluster. */
const components: Readonly<Record<string, string>> = {
  ...eventComponents,
  "service-endpoints": "endpoint-slice-controller",
  scheduler: "default-scheduler",
  "node-lifecycle": "node-controller",
  "multus-config": "spiderpool-controller",
};

/**
 * Starts the control plane of an instance whose data folder is locked by us. When it resolves, clients are answered.
 *
 * @throws {ListenError} the address is taken or not ours
 */
export async function startControlPlane(config: UpConfig, paths: InstancePaths, log: Log): Promise<ControlPlane> {
  await using undo = new AsyncDisposableStack();
  const stop = new AbortController();
  undo.defer(() => stop.abort(new Error("the control plane is ending")));
  const { signal } = stop;
  await mkdir(paths.store, { recursive: true, mode: 0o700 });
  const { host, port } = config.listen;
  const advertised = advertisedAddress(host, port);
  const ownService = apiAddressIn(serviceRanges({ serviceNetwork }).network);
  const names = [
    host,
    config.nodeName,
    ownService,
    ...(advertised === undefined ? [] : [advertised.replace(/:\d+$/, "")]),
  ];
  const pki = await ensurePki(paths.pki, { names });

  // The proxy asks the server where nodes are, and the server asks the proxy for their logs.
  const nodeProxy = undo.use(
    createNodeProxy({ findNode: (name) => client.find(Node, { name }), ca: pki.ca, ...pki.gateway }),
  );
  const server = undo.use(
    await createApiServer({
      dataDir: paths.store,
      crds: peapodKinds.map((kind) => renderCrd(kind)),
      admissions,
      nodeProxy,
      serviceAccountKey: pki.serviceAccountKey,
      serverAddress: `${shownHost(host)}:${port}`,
      advertisedAddress: advertised,
      serviceNetwork,
      log: log.with({ part: "apiserver" }),
    }),
  );
  const client: Client = createClient({ fetch: server.as(platformAccount).fetch });
  server.mount(
    createGateway({
      client: createClient({ fetch: server.as(gatewayAccount).fetch }),
      nodeFetch: nodeProxy.fetch,
      nodeConnect: nodeProxy.connect,
      version: { gitVersion: kubevirtVersion, gitCommit: "", goVersion: "", platform: `linux/${architecture()}` },
    }),
  );
  const { tokens } = server;
  const listener = undo.use(
    await listen(server, {
      host,
      port,
      tls: { ca: pki.ca, ...pki.serving },
      authenticate: createAuthenticate({
        ...(tokens && { verifyToken: async (token: string) => (await tokens.verify(token))?.user }),
      }),
      log: log.with({ part: "listener" }),
    }),
  );
  undo.use(renewDaily(paths, names, listener, log));
  const url = `https://${shownHost(host)}:${listener.port}`;
  await writeFileDurably(paths.kubeconfig, renderKubeconfig({ server: url, ca: pki.ca, user: pki.admin }), {
    mode: 0o600,
  });
  await ensureFirstObjects(client, signal);

  // What a cluster has of its own: scheduler, node lifecycle, pods of nodes that are gone.
  const clusterControllers = [
    createScheduler(),
    createNodeLifecycle(new Date()),
    createPodGarbageCollector(),
    createServiceEndpoints(),
  ];
  const computeControllers = createComputeControllers({ version: peapodVersion, architecture: architecture() });
  const computeClient = createClient({ fetch: server.as(computeAccount).fetch });
  const networkControllers = [multusConfigController, coordinatorController];
  const controllers = startControllers([...clusterControllers, ...computeControllers, ...networkControllers], {
    client: computeClient,
    log: log.with({ part: "controllers" }),
    recorder: (controller) =>
      createEventRecorder({
        client: computeClient,
        component: components[controller] ?? controller,
        log,
        signal,
      }),
    signal,
  });
  undo.defer(async () => {
    stop.abort(new Error("the control plane is ending"));
    await controllers.done;
  });
  await controllers.synced;
  const resources = undo.move();
  return { listener, client, pki, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Certificates are issued anew long before they end; a server that runs for years must not be the one that forgets. */
function renewDaily(paths: InstancePaths, names: readonly string[], listener: Listener, log: Log): Disposable {
  const renew = async (): Promise<void> => {
    const { ca, serving } = await ensurePki(paths.pki, { names });
    listener.update({ ca, ...serving });
  };
  const timer = setInterval(() => {
    renew().catch((error: unknown) => log.error("certificates not renewed", { error }));
  }, dayMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Where clients on this machine reach a server that listens on all addresses. */
function shownHost(host: string): string {
  const local = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return local.includes(":") ? `[${local}]` : local;
}

function architecture(): "amd64" | "arm64" {
  return process.arch === "arm64" ? "arm64" : "amd64";
}
