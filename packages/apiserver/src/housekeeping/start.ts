import { type ClientFetch, createClient } from "@peapod/machinery";
import { startDefinitionCleanup } from "../crd/start-cleanup.ts";
import type { Engine } from "../engine/call.ts";
import { startGarbageCollector } from "../gc/start.ts";
import { startNamespaces } from "../namespaces/start.ts";
import { startEventExpiry } from "./expire-events.ts";

export interface HousekeepingOptions {
  readonly engine: Engine;
  /** The API, as the server itself. */
  readonly fetch: ClientFetch;
}

/** Starts what belongs to the meaning of the API: deletions that reach further than one object, and news that grows old. */
export function startHousekeeping({ engine, fetch }: HousekeepingOptions): AsyncDisposable {
  const abort = new AbortController();
  const options = { engine, client: createClient({ fetch }), signal: abort.signal };
  const queues = [startGarbageCollector(options), startNamespaces(options), startDefinitionCleanup(options)];
  startEventExpiry(options);
  return {
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      for (const queue of queues) await queue.idle();
    },
  };
}
