import {
  type Admission,
  builtInKinds,
  CustomResourceDefinition,
  type CustomResourceDefinition as Definition,
  type Kind,
  Service,
} from "@peapod/api";
import {
  type Api,
  type ApiConnect,
  type ApiExtension,
  type ClientConnect,
  type ClientFetch,
  type Log,
  notFound,
  silentLog,
  statusResponse,
  type UserInfo,
} from "@peapod/machinery";
import { createAuthorizer } from "./authorization/authorizer.ts";
import { createRbacAuthorizer } from "./authorization/rbac.ts";
import { ensureBasics } from "./bootstrap/ensure-basics.ts";
import { definitionStrategy } from "./crd/definition-strategy.ts";
import { serveDefinitions, takenNames } from "./crd/definitions.ts";
import type { Authorizer, Engine, NodeProxy } from "./engine/call.ts";
import { answerError, authorize, createRoute, type PathHandler, readInfo } from "./engine/route.ts";
import { impersonated } from "./front/authentication/impersonate.ts";
import {
  createServiceAccountTokens,
  type ServiceAccountTokens,
} from "./front/authentication/service-account-tokens.ts";
import { createDocuments } from "./front/documents/documents.ts";
import { type ServerVersion, serverVersion } from "./front/documents/version.ts";
import { createHealth, type HealthCheck } from "./front/listener/health.ts";
import { startHousekeeping } from "./housekeeping/start.ts";
import { Registry } from "./registry/registry.ts";
import type { ServedResources } from "./registry/types.ts";
import { ServiceAllocations } from "./services/allocations.ts";
import { ensureServices } from "./services/ensure-services.ts";
import { serviceRanges } from "./services/ranges.ts";
import { serviceStrategy } from "./services/strategy.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";

export interface ApiServerOptions {
  /** Folder of the store, made if missing. Without one everything is forgotten with the process. */
  readonly dataDir?: string | undefined;
  /** Kubernetes' own kinds; all that `@peapod/api` has unless given. */
  readonly kinds?: readonly Kind[] | undefined;
  /** Definitions that exist from the start; those that are there already are brought up to date. */
  readonly crds?: readonly Definition[] | undefined;
  readonly admissions?: readonly Admission[] | undefined;
  /** Groups served beside ours; more may be mounted later. */
  readonly extensions?: readonly ApiExtension[] | undefined;
  /** What else is served: `/metrics`, `/ui/`. Asked in order, after discovery, OpenAPI and health. */
  readonly paths?: readonly PathHandler[] | undefined;
  /** What else has to be well for `/readyz` to say so. */
  readonly readyChecks?: readonly HealthCheck[] | undefined;
  /** Decides who may do what; RBAC's objects, our own accounts, nodes and administrators unless given. */
  readonly authorize?: Authorizer | undefined;
  /** Reaches the agents of nodes, for logs. */
  readonly nodeProxy?: NodeProxy | undefined;
  /** PEM of the key that signs service-account tokens; without one there are none. */
  readonly serviceAccountKey?: string | undefined;
  readonly version?: ServerVersion | undefined;
  /** Where clients reach the server, as `/api` says: `127.0.0.1:6443`. */
  readonly serverAddress?: string | undefined;
  /** `192.0.2.7:6443`: where pods reach the server, behind the service `kubernetes`. */
  readonly advertisedAddress?: string | undefined;
  /** Where services get their addresses from; `10.96.0.0/12` unless given. */
  readonly serviceNetwork?: string | undefined;
  readonly log?: Log | undefined;
  readonly now?: (() => Date) | undefined;
  /** 0 ≤ x < 1 */
  readonly random?: (() => number) | undefined;
}

/** A user, or the name of a service account: `system:serviceaccount:peapod-system:compute`. */
export type Identity = UserInfo | `system:serviceaccount:${string}:${string}`;

export interface ApiServer extends Api, AsyncDisposable {
  /** The API bound to an identity: what `createClient` takes. */
  as(identity: Identity): { readonly fetch: ClientFetch; readonly connect: ClientConnect };
  served(): ServedResources;
  /** @returns the end of it */
  onServedChange(listener: (served: ServedResources) => void): () => void;
  /** Serves another group from now on. */
  mount(extension: ApiExtension): void;
  readonly tokens: ServiceAccountTokens | undefined;
  /** Asked by listeners too, for impersonation and the paths they serve themselves. */
  readonly authorize: Authorizer;
  /** The newest revision, and what keeps writes from being stored, if anything: for health and metrics. */
  health(): { readonly revision: number; readonly trouble: Error | undefined; readonly objects: number };
  close(): Promise<void>;
}

/**
 * Starts the API server: opens its store, makes the namespaces, roles and definitions that always exist, and keeps house. It listens
 * nowhere: `fetch` and `connect` are the server, and a listener hands it requests.
 *
 * @throws {Error} when the store cannot be opened
 */
export async function createApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { log = silentLog, now = () => new Date(), random = Math.random } = options;
  await using undo = new AsyncDisposableStack();
  const store = await openStore(options.dataDir, {
    now: () => now().getTime(),
    onTrouble: (error) => {
      if (error) log.error("store failed", { outcome: error.outcome, error });
      else log.info("store works again");
    },
    onListenerError: (error) => log.error("listener failed", { error }),
  });
  undo.defer(() => store.close());
  const ranges = serviceRanges(options);
  const registry = new Registry(options.kinds ?? builtInKinds, {
    [`${CustomResourceDefinition.group}/${CustomResourceDefinition.kind}`]: definitionStrategy((definition) =>
      takenNames(store, definition),
    ),
    "/Service": serviceStrategy(undo.use(new ServiceAllocations(store)), ranges),
  });
  undo.defer(serveDefinitions(store, registry));
  const authorizer = options.authorize ?? createAuthorizer(createRbacAuthorizer(store));
  const tokens =
    options.serviceAccountKey === undefined
      ? undefined
      : createServiceAccountTokens({ key: options.serviceAccountKey, now, uidOf: (object) => uidOf(store, object) });
  const engine: Engine = {
    store,
    registry,
    admissions: options.admissions ?? [],
    authorizer,
    now,
    random,
    log,
    nodeProxy: options.nodeProxy,
    tokens,
    watches: new Set(),
  };
  undo.defer(() => {
    for (const watch of engine.watches) watch.end();
  });
  const extensions: ApiExtension[] = [...(options.extensions ?? [])];
  const documents = createDocuments({
    served: () => registry.served(),
    extensions,
    version: options.version ?? serverVersion("0.1.0", process.arch),
    serverAddress: options.serverAddress ?? "127.0.0.1:6443",
  });
  const paths = [
    documents,
    healthPaths(store, options.readyChecks ?? []),
    ...(tokens ? [keyPaths(tokens)] : []),
    ...(options.paths ?? []),
  ];
  const fetch = createRoute({ engine, extensions, paths });
  undo.defer(
    registry.onChange((served) => {
      // Whoever watched a resource that is gone hears the end of it.
      const there = new Set(
        served.resources.map(({ kind }) => (kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`)),
      );
      for (const watch of engine.watches) if (!there.has(watch.resource)) watch.end();
    }),
  );
  const as = (identity: Identity) => bind({ fetch, connect: createConnect(engine, extensions) }, identity);
  const system = as(apiserverUser);
  await ensureBasics(system.fetch, options.crds ?? []);
  if (registry.resource("", Service.plural)) {
    await ensureServices({ fetch: system.fetch, ranges, advertised: options.advertisedAddress, log });
  }
  undo.use(startHousekeeping({ engine, fetch: system.fetch }));
  const resources = undo.move();
  return {
    fetch,
    connect: createConnect(engine, extensions),
    as,
    served: () => registry.served(),
    onServedChange: (listener) => registry.onChange(listener),
    mount: (extension) => {
      extensions.push(extension);
      registry.touch();
    },
    tokens,
    authorize: authorizer,
    health: () => ({
      revision: store.revision,
      trouble: store.trouble,
      objects: store.resources().reduce((sum, resource) => sum + store.collection(resource).size, 0),
    }),
    close: () => resources.disposeAsync(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The server itself, when it keeps house. */
const apiserverUser: UserInfo = { username: "system:apiserver", groups: ["system:masters"] };

function bind(api: Api, identity: Identity) {
  const user = typeof identity === "string" ? serviceAccountUser(identity) : identity;
  return {
    fetch: (request: Request) => api.fetch(request, { user }),
    connect: (request: Request) => api.connect(request, { user }),
  };
}

function serviceAccountUser(username: string): UserInfo {
  const namespace = username.split(":")[2] ?? "";
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  return { username, groups };
}

function createConnect(engine: Engine, extensions: readonly ApiExtension[]): ApiConnect {
  return async (request, context) => {
    try {
      const info = readInfo(request.method, new URL(request.url));
      const user = impersonated(request.headers, context.user, engine.authorizer);
      authorize(engine, info, user);
      const extension = info.isResource ? extensions.find(({ group }) => group === info.group) : undefined;
      if (extension) return await extension.connect(request, { user });
      const what = info.isResource ? { group: info.group, plural: info.resource } : { group: "", plural: info.path };
      return statusResponse(notFound(what, info.isResource ? (info.name ?? "") : "").status);
    } catch (error) {
      return answerError(engine, request, error);
    }
  };
}

/** `/healthz`, `/livez` and `/readyz`, with `?verbose` for people. */
function healthPaths(store: Store, more: readonly HealthCheck[]): PathHandler {
  const health = createHealth({ ready: [{ name: "store", check: () => store.trouble?.message }, ...more] });
  return (request) => health(new URL(request.url));
}

/** Where others find the keys that our tokens are signed with. */
function keyPaths(tokens: ServiceAccountTokens): PathHandler {
  return (request) => {
    const { pathname } = new URL(request.url);
    const document =
      pathname === "/openid/v1/jwks"
        ? tokens.jwks()
        : pathname === "/.well-known/openid-configuration"
          ? tokens.openIdConfiguration()
          : undefined;
    return Promise.resolve(document && Response.json(document));
  };
}

function uidOf(
  store: Store,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string | undefined; readonly name: string },
): string | undefined {
  const resources: Readonly<Record<string, string>> = {
    ServiceAccount: "serviceaccounts",
    Pod: "pods",
    Secret: "secrets",
    Node: "nodes",
  };
  const resource = resources[kind];
  const entry = resource === undefined ? undefined : store.get({ resource, namespace: namespace ?? "", name });
  return entry && !entry.meta.isBeingDeleted ? entry.meta.uid : undefined;
}
