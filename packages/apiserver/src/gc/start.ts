import type { KubeObject } from "@peapod/api";
import { type Client, hasReason, isNotFound, WorkQueue } from "@peapod/machinery";
import type { Engine } from "../engine/call.ts";
import type { Entry } from "../store/entry.ts";
import { OwnerGraph } from "./graph.ts";
import { type GcStep, planCollection } from "./plan.ts";

export interface GcOptions {
  readonly engine: Pick<Engine, "store" | "registry" | "log" | "random">;
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** Starts the garbage collector: objects go when their owners are gone, as the owners' deletion asked for. */
export function startGarbageCollector({ engine, client, signal }: GcOptions): { readonly idle: () => Promise<void> } {
  const { store, registry, log, random } = engine;
  const graph = new OwnerGraph(store, registry);
  const queue: WorkQueue = new WorkQueue({
    signal,
    random,
    concurrency: 8,
    process: async (uid) => {
      const facts = graph.facts(uid);
      if (!facts) return;
      try {
        for (const step of planCollection(facts).steps) await carryOut(step);
        queue.forget(uid);
      } catch (error) {
        if (signal.aborted) return;
        // Somebody changed the object meanwhile: look again at once; everything else is worth a line.
        if (!hasReason(error, "Conflict")) {
          const attempt = queue.retry(uid);
          log.warn("garbage collection failed", { object: name(graph.entry(uid)), attempt, error });
        } else queue.add(uid);
      }
    },
  });
  const carryOut = async (step: GcStep): Promise<void> => {
    const entry = graph.entry(step.uid);
    const kind = entry && registry.ofStorage(entry.resource);
    if (!entry || !kind) return;
    const key = { namespace: entry.namespace === "" ? undefined : entry.namespace, name: entry.name };
    try {
      if (step.do === "delete") {
        await client.delete(kind, key, { uid: step.uid, propagationPolicy: step.policy, signal });
        log.debug("dependent deleted", { object: name(entry) });
      } else {
        const patch = { metadata: { uid: step.uid, resourceVersion: String(entry.revision), ...changed(entry, step) } };
        await client.patch<KubeObject>(kind, key, patch, { type: "merge", fieldManager: "garbage-collector", signal });
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };
  const end = store.subscribe((event) => {
    for (const uid of graph.apply(event)) queue.add(uid);
  });
  signal.addEventListener("abort", end, { once: true });
  for (const uid of graph.interesting()) queue.add(uid);
  return queue;
}

function changed(entry: Entry, step: Exclude<GcStep, { readonly do: "delete" }>) {
  const { ownerReferences = [], finalizers = [] } = entry.parse().metadata;
  if (step.do === "dropFinalizer") {
    const kept = finalizers.filter((finalizer) => finalizer !== step.finalizer);
    return { finalizers: kept.length > 0 ? kept : null };
  }
  const kept = ownerReferences.filter(({ uid }) => !step.owners.includes(uid));
  return { ownerReferences: kept.length > 0 ? kept : null };
}

function name(entry: Entry | undefined): string {
  return entry ? `${entry.resource}/${entry.key}` : "";
}
