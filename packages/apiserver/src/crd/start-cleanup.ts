import { CustomResourceDefinition } from "@peapod/api";
import { type Client, hasReason, isNotFound, WorkQueue } from "@peapod/machinery";
import type { Engine } from "../engine/call.ts";
import { storageName } from "../registry/built-in.ts";
import type { Entry } from "../store/entry.ts";
import { asDefinition, cleanupFinalizer } from "./definition-strategy.ts";

export interface CleanupOptions {
  readonly engine: Pick<Engine, "store" | "registry" | "log" | "random">;
  readonly client: Client;
  readonly signal: AbortSignal;
}

const definitions = storageName(CustomResourceDefinition);

/** Starts what empties a kind whose definition is being deleted, then lets the definition go, and its names to whoever waits. */
export function startDefinitionCleanup({ engine, client, signal }: CleanupOptions): {
  readonly idle: () => Promise<void>;
} {
  const { store, registry, log, random } = engine;
  const cleanUp = async (name: string): Promise<void> => {
    const entry = store.get({ resource: definitions, namespace: "", name });
    if (entry && !entry.meta.isBeingDeleted && !isAccepted(entry)) {
      // Any write works out anew which names are free.
      await client.patch(CustomResourceDefinition, { name }, {}, { type: "merge", fieldManager, signal });
    }
    if (!entry?.meta.isBeingDeleted || !entry.meta.finalizers.includes(cleanupFinalizer)) return;
    const { group, names } = asDefinition(entry.parse()).spec;
    const instances = store.collection(storageName({ group, plural: names.plural })).list();
    const served = registry.resource(group, names.plural)?.versions[0];
    if (instances.some(({ meta }) => !meta.isBeingDeleted) && served) {
      const body = { propagationPolicy: "Background" };
      await client.request("DELETE", `/apis/${served.apiVersion}/${names.plural}`, { body, signal });
    }
    if (store.collection(storageName({ group, plural: names.plural })).size > 0) return; // finalizers hold some
    const found = await client.get(CustomResourceDefinition, { name }, { signal });
    const finalizers = (found.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
    const { resourceVersion, uid } = found.metadata;
    const metadata = { uid, resourceVersion, finalizers: finalizers.length > 0 ? finalizers : null };
    await client.patch(CustomResourceDefinition, { name }, { metadata }, { type: "merge", fieldManager, signal });
  };
  const queue: WorkQueue = new WorkQueue({
    signal,
    random,
    process: async (name) => {
      try {
        await cleanUp(name);
        queue.forget(name);
      } catch (error) {
        if (signal.aborted || isNotFound(error)) return;
        const attempt = queue.retry(name);
        if (!hasReason(error, "Conflict")) log.warn("definition cleanup failed", { definition: name, attempt, error });
      }
    },
  });
  const waiting = () =>
    store
      .collection(definitions)
      .list()
      .filter((entry) => !isAccepted(entry));
  const end = store.subscribe(({ type, entry }) => {
    if (entry.resource === definitions) {
      if (type !== "DELETED" && entry.meta.isBeingDeleted) queue.add(entry.name);
      // The names of a definition that went may be what another waits for.
      if (type === "DELETED") for (const other of waiting()) queue.add(other.name);
    } else if (type === "DELETED" && entry.resource.includes(".")) {
      // The collection of a custom kind has the name of its definition.
      if (store.get({ resource: definitions, namespace: "", name: entry.resource })) queue.add(entry.resource);
    }
  });
  signal.addEventListener("abort", end, { once: true });
  for (const entry of store.collection(definitions).list()) if (entry.meta.isBeingDeleted) queue.add(entry.name);
  return queue;
}

function isAccepted(entry: Entry): boolean {
  const { conditions = [] } = asDefinition(entry.parse()).status ?? {};
  return conditions.some(({ type, status }) => type === "NamesAccepted" && status === "True");
}

const fieldManager = "definition-cleanup";
