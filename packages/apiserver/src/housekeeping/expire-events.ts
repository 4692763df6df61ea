import { Event } from "@peapod/api";
import { type Client, isNotFound } from "@peapod/machinery";
import type { Engine } from "../engine/call.ts";

export interface ExpiryOptions {
  readonly engine: Pick<Engine, "store" | "log" | "now">;
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** Events are news, not state. */
const timeToLiveMs = 3_600_000;
const sweepEveryMs = 60_000;

/** Starts what deletes Events an hour after they were last written. */
export function startEventExpiry({ engine, client, signal }: ExpiryOptions): void {
  const { store, log, now } = engine;
  const collection = store.collection("events");
  const writtenAt = new Map<string, number>();
  // What was there before the start lives an hour more: when it was written is not kept.
  for (const { key } of collection.list()) writtenAt.set(key, now().getTime());
  const end = collection.subscribe({
    onEvent: ({ type, entry }) => {
      if (type === "DELETED") writtenAt.delete(entry.key);
      else writtenAt.set(entry.key, now().getTime());
    },
  });
  const sweep = async (): Promise<void> => {
    const oldest = now().getTime() - timeToLiveMs;
    for (const [key, time] of writtenAt) {
      // A Map keeps the order of first insertion, so an old one may stand behind a young one: look at all.
      if (time > oldest || signal.aborted) continue;
      const entry = collection.get(key);
      if (!entry) continue;
      const { namespace, name, meta } = entry;
      try {
        await client.delete(Event, { namespace, name }, { uid: meta.uid, signal });
      } catch (error) {
        if (!isNotFound(error) && !signal.aborted) log.warn("event not expired", { event: key, error });
      }
    }
  };
  const timer = setInterval(() => void sweep(), sweepEveryMs);
  timer.unref();
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(timer);
      end();
    },
    { once: true },
  );
}
