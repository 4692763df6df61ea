import { Namespace, ServiceAccount } from "@peapod/api";
import { type Client, hasReason, isAlreadyExists, isNotFound, WorkQueue } from "@peapod/machinery";
import type { Engine } from "../engine/call.ts";
import { specFinalizers } from "../kinds/namespace.ts";
import type { Registry } from "../registry/registry.ts";
import type { Entry } from "../store/entry.ts";
import type { Store } from "../store/store.ts";
import { type Content, type NamespaceFacts, type NamespaceStep, planNamespace } from "./plan.ts";

export interface NamespaceOptions {
  readonly engine: Pick<Engine, "store" | "registry" | "log" | "random" | "now">;
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** Starts what looks after namespaces: a default account in each, and nothing left of one that goes. */
export function startNamespaces({ engine, client, signal }: NamespaceOptions): { readonly idle: () => Promise<void> } {
  const { store, registry, log, random, now } = engine;
  const queue: WorkQueue = new WorkQueue({
    signal,
    random,
    process: async (name) => {
      const facts = observe(store, registry, name, now());
      if (!facts) return;
      try {
        for (const step of planNamespace(facts).steps) await carryOut(name, step);
        queue.forget(name);
      } catch (error) {
        if (signal.aborted || isNotFound(error)) return;
        const attempt = queue.retry(name);
        if (!hasReason(error, "Conflict")) log.warn("namespace step failed", { namespace: name, attempt, error });
      }
    },
  });
  const carryOut = async (name: string, step: NamespaceStep): Promise<void> => {
    switch (step.do) {
      case "createDefaultAccount":
        return await createDefaultAccount(client, name, signal);
      case "deleteContent":
        return await deleteContent(client, registry, name, step.resource, signal);
      case "writeConditions": {
        const patch = { status: { conditions: step.conditions } };
        await client.patch(Namespace, { name }, patch, { type: "merge", subresource: "status", fieldManager, signal });
        return;
      }
      case "finalize": {
        const namespace = await client.find(Namespace, { name }, { signal });
        if (!namespace) return;
        const body = { ...namespace, spec: { ...namespace.spec, finalizers: [] } };
        await client.request("PUT", `/api/v1/namespaces/${name}/finalize`, { body, signal });
      }
    }
  };
  const end = store.subscribe(({ type, entry }) => {
    if (entry.resource === "namespaces") {
      if (type !== "DELETED") queue.add(entry.name);
      return;
    }
    if (type === "ADDED" || entry.namespace === "") return;
    const namespace = store.get({ resource: "namespaces", namespace: "", name: entry.namespace });
    const isDefaultAccount = entry.resource === "serviceaccounts" && entry.name === defaultAccount;
    if (isDefaultAccount || namespace?.meta.isBeingDeleted) queue.add(entry.namespace);
  });
  signal.addEventListener("abort", end, { once: true });
  for (const entry of store.collection("namespaces").list()) queue.add(entry.name);
  return queue;
}

const defaultAccount = "default";
const fieldManager = "namespace-controller";

function observe(store: Store, registry: Registry, name: string, now: Date): NamespaceFacts | undefined {
  const entry = store.get({ resource: "namespaces", namespace: "", name });
  if (!entry) return undefined;
  const object = entry.parse();
  const account = store.get({ resource: "serviceaccounts", namespace: name, name: defaultAccount });
  const isTerminating = entry.meta.isBeingDeleted;
  return {
    isTerminating,
    finalizers: specFinalizers(object),
    hasDefaultAccount: account !== undefined,
    contents: isTerminating ? contentsOf(store, registry, name) : [],
    conditions: (object as unknown as Namespace).status?.conditions ?? [],
    now,
  };
}

function contentsOf(store: Store, registry: Registry, namespace: string): readonly Content[] {
  return store.resources().flatMap((resource) => {
    const entries: readonly Entry[] = store.collection(resource).list(namespace);
    if (entries.length === 0 || !registry.ofStorage(resource)) return [];
    const untouched = entries.filter(({ meta }) => !meta.isBeingDeleted).length;
    const finalizers = entries.flatMap(({ meta }) => meta.finalizers);
    return [
      { resource: resource.includes(".") ? resource : `${resource}.`, count: entries.length, untouched, finalizers },
    ];
  });
}

async function createDefaultAccount(client: Client, namespace: string, signal: AbortSignal): Promise<void> {
  const account: ServiceAccount = {
    apiVersion: "v1",
    kind: ServiceAccount.kind,
    metadata: { name: defaultAccount, namespace },
  };
  try {
    await client.create(ServiceAccount, account, { fieldManager, signal });
  } catch (error) {
    // It is there, or the namespace began to go meanwhile.
    if (!isAlreadyExists(error) && !hasReason(error, "Forbidden")) throw error;
  }
}

async function deleteContent(
  client: Client,
  registry: Registry,
  namespace: string,
  resource: string,
  signal: AbortSignal,
): Promise<void> {
  const kind = registry.ofStorage(resource.replace(/\.$/, ""));
  if (!kind) return;
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const body = { propagationPolicy: "Background" };
  await client.request("DELETE", `${root}/namespaces/${namespace}/${kind.plural}`, { body, signal });
}
