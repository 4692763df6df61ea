import { Event, type KubeObject } from "@peapod/api";
import type { Client } from "../client/types.ts";
import { timestampOf } from "../conditions/conditions.ts";
import type { EventRecorder } from "../controller/types.ts";
import { hasReason, isNotFound } from "../errors/api-error.ts";
import { silentLog } from "../log/create-log.ts";
import type { Log } from "../log/types.ts";
import { backoffMs, delay } from "../time/delay.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

export interface RecorderOptions {
  readonly client: Client;
  /** Shown in the "From" column: `virt-handler`, `scheduler`, … */
  readonly component: string;
  /** The node that speaks, where there is one. */
  readonly host?: string | undefined;
  readonly log?: Log | undefined;
  readonly now?: (() => Date) | undefined;
  readonly random?: (() => number) | undefined;
  readonly signal: AbortSignal;
}

type Said = Parameters<EventRecorder["record"]>[1];

interface Known {
  readonly namespace: string;
  readonly name: string;
  count: number;
}

const rememberedEvents = 4096;
const maxMessage = 1024;
const maxAttempts = 6;
/** So many Events about one object at once, and one more every five minutes: a loop must not fill the store. */
const burst = 25;
const refillMs = 5 * 60_000;

/**
 * Writes Events about objects, one after the other, in the background. The same words about the same object raise the `count` of
 * the Event that is there. What cannot be written after several attempts is dropped, with a line in the log.
 */
export function createEventRecorder(options: RecorderOptions): EventRecorder & { readonly idle: () => Promise<void> } {
  const { signal, log = silentLog, now = () => new Date(), random = Math.random } = options;
  const known = new Map<string, Known>();
  const buckets = new Map<string, TokenBucket>();
  let last: Promise<void> = Promise.resolve();
  let dropped = 0;

  const mayWrite = (object: KubeObject): boolean => {
    const id = object.metadata.uid ?? `${object.kind} ${object.metadata.namespace}/${object.metadata.name}`;
    const bucket = buckets.get(id) ?? createTokenBucket({ size: burst, refillMs, now });
    remember(buckets, id, bucket);
    return bucket.take();
  };

  const write = async (object: KubeObject, said: Said, at: Date): Promise<void> => {
    const id = JSON.stringify([
      object.metadata.uid,
      object.kind,
      object.metadata.name,
      said.type,
      said.reason,
      said.message,
    ]);
    for (let attempt = 0; attempt < maxAttempts && !signal.aborted; attempt += 1) {
      try {
        const before = known.get(id);
        const after = before === undefined ? undefined : await raise(options.client, before, at, signal);
        remember(known, id, after ?? (await create(options, object, said, at, random)));
        return;
      } catch (error) {
        // A namespace that goes takes no new Events; neither does a server that refuses them on principle.
        if (signal.aborted || hasReason(error, "Forbidden", "Invalid", "NotFound")) {
          log.debug("event refused", { reason: said.reason, error });
          return;
        }
        if (attempt === maxAttempts - 1) log.warn("event lost", { reason: said.reason, error });
        else await delay(backoffMs(attempt, { baseMs: 500, maxMs: 10_000, random }), signal).catch(() => {});
      }
    }
  };

  return {
    record: (object, said) => {
      if (signal.aborted) return;
      if (!mayWrite(object)) {
        dropped += 1;
        log.debug("event held back", { reason: said.reason, dropped });
        return;
      }
      const at = now();
      last = last.then(() => write(object, { ...said, message: said.message.slice(0, maxMessage) }, at));
    },
    idle: async () => {
      for (let seen: unknown; seen !== last; ) {
        seen = last;
        await last;
      }
    },
  };
}

/** @returns undefined when the Event has expired in the meantime */
async function raise(client: Client, event: Known, at: Date, signal: AbortSignal): Promise<Known | undefined> {
  const count = event.count + 1;
  const body = { count, lastTimestamp: timestampOf(at) };
  try {
    await client.patch(Event, event, body, { signal, type: "merge" });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
  return { ...event, count };
}

async function create(
  { client, component, host, signal }: RecorderOptions,
  object: KubeObject,
  said: Said,
  at: Date,
  random: () => number,
): Promise<Known> {
  const namespace = object.metadata.namespace ?? "default";
  const name = `${object.metadata.name}.${suffixOf(at, random)}`;
  const { uid, resourceVersion } = object.metadata;
  const time = timestampOf(at);
  const event: Event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace, name },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      ...(object.metadata.namespace && { namespace: object.metadata.namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    },
    type: said.type,
    reason: said.reason,
    message: said.message,
    source: { component, ...(host && { host }) },
    reportingComponent: component,
    reportingInstance: host ?? "",
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  await client.create(Event, event, { signal });
  return { namespace, name, count: 1 };
}

/** Nanoseconds in hexadecimal, as upstream names Events; what the clock does not know is random. */
function suffixOf(at: Date, random: () => number): string {
  return (BigInt(at.getTime()) * 1_000_000n + BigInt(Math.floor(random() * 1_000_000))).toString(16);
}

/** Keeps the most recently used entries. */
function remember<V>(entries: Map<string, V>, id: string, value: V): void {
  entries.delete(id);
  entries.set(id, value);
  const [oldest] = entries.keys();
  if (entries.size > rememberedEvents && oldest !== undefined) entries.delete(oldest);
}
