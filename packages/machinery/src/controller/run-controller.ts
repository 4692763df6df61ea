import type { Kind, KubeObject } from "@peapod/api";
import { reached } from "../checkpoint/checkpoint.ts";
import { keyOf, parseKey } from "../client/paths.ts";
import type { Client } from "../client/types.ts";
import { hasReason } from "../errors/api-error.ts";
import { formatError } from "../errors/format-error.ts";
import { InvalidSpecError } from "../errors/invalid-spec-error.ts";
import type { Informer } from "../informer/informer.ts";
import type { Log } from "../log/types.ts";
import { backoffMs, delay } from "../time/delay.ts";
import { cacheOf } from "./controller-cache.ts";
import { guardClient, nameOf } from "./guarded-client.ts";
import type { AnyController, EventRecorder, Plan } from "./types.ts";
import { WorkQueue } from "./work-queue.ts";

export interface RunContext {
  readonly client: Client;
  readonly log: Log;
  readonly events: EventRecorder;
  readonly now: () => Date;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** One for every kind that the controller names, by `nameOf(kind)`; not running yet. */
  readonly informers: ReadonlyMap<string, Informer<KubeObject>>;
}

interface Step {
  readonly do: string;
}

/** Our own writes must show in the cache before the next look, or it would decide on what was. */
const ownWriteTimeoutMs = 1_000;

/** Runs one controller until the signal aborts, and resolves when its last effect has ended. */
export async function runController(controller: AnyController, context: RunContext): Promise<void> {
  const { informers, events, now, random, signal } = context;
  const log = context.log.with({ controller: controller.name });
  const readable = new Set([controller.for, ...controller.reads].map(nameOf));
  const cache = cacheOf(controller.name, new Map([...informers].filter(([name]) => readable.has(name))));
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  const ready = Promise.race([aborted, Promise.all([...informers.values()].map((informer) => informer.synced))]);
  const field = logFieldOf(controller.for);
  const ownWrites = new Map<
    string,
    Map<string, readonly [informer: Informer<KubeObject>, key: string, version: string]>
  >();

  /** Sees to it that `key` is looked at again only when the cache has caught up with what it wrote. */
  const rememberWrite = (key: string) => (kind: Kind, object: KubeObject) => {
    const informer = informers.get(nameOf(kind));
    const version = object.metadata.resourceVersion;
    if (informer === undefined || version === undefined) return;
    const writes = ownWrites.get(key) ?? new Map();
    ownWrites.set(key, writes.set(`${nameOf(kind)} ${keyOf(object)}`, [informer, keyOf(object), version]));
  };

  const look = async (key: string): Promise<Plan<Step>> => {
    const facts: unknown = await controller.observe(key, { cache, now: now(), signal });
    return facts === undefined ? { steps: [] } : controller.plan(facts);
  };

  const act = async (key: string, step: Step): Promise<void> => {
    const startedAt = performance.now();
    const client = guardClient(context.client, controller, rememberWrite(key));
    const effect = controller.effects[step.do];
    if (effect === undefined) throw new Error(`The controller "${controller.name}" has no effect for "${step.do}"`);
    await effect(step, { client, events, signal, now, random });
    log.info("step done", { [field]: key, step: step.do, durationMs: Math.round(performance.now() - startedAt) });
    reached(`${controller.name}/${step.do}`);
  };

  const process = async (key: string): Promise<void> => {
    let step: string | undefined;
    try {
      await ready;
      signal.throwIfAborted();
      const writes = ownWrites.get(key)?.values() ?? [];
      ownWrites.delete(key);
      await Promise.all([...writes].map(([informer, ...write]) => informer.hasSeen(...write, ownWriteTimeoutMs)));
      const plan = await look(key);
      for (const next of plan.steps) {
        signal.throwIfAborted();
        step = next.do;
        await act(key, next);
      }
      queue.forget(key);
      if (plan.lookAgainInMs !== undefined) queue.addAfter(key, plan.lookAgainInMs);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof InvalidSpecError) reportInvalid(key, error);
      else report(key, step, queue.retry(key), error);
    }
  };

  const report = (key: string, step: string | undefined, attempt: number, error: unknown): void => {
    const fields = { [field]: key, ...(step !== undefined && { step }), attempt, error };
    // Somebody else was quicker: the next look knows better, and nobody needs to read about it.
    if (hasReason(error, "Conflict", "AlreadyExists")) log.debug("step overtaken", fields);
    else log.error(step === undefined ? "look failed" : "step failed", fields);
  };

  const reportInvalid = (key: string, error: InvalidSpecError): void => {
    queue.forget(key);
    log.warn("spec is invalid", { [field]: key, path: error.path, error });
    const object = cache.get(controller.for, parseKey(key));
    const message = `${error.path}: ${formatError(error)}. ${error.advice}`;
    if (object !== undefined) events.record(object, { type: "Warning", reason: "InvalidSpec", message });
  };

  const queue = new WorkQueue({ process, concurrency: controller.concurrency, signal, random });
  informers.get(nameOf(controller.for))?.onChange(({ object }) => queue.add(keyOf(object)));
  for (const { kind, keys } of controller.watches ?? []) {
    informers.get(nameOf(kind))?.onChange(({ object, before }) => {
      try {
        for (const key of keys(object, cache)) queue.add(key);
        // What an object points to may change: what it pointed to before has to look, too.
        if (before !== undefined && before !== object) for (const key of keys(before, cache)) queue.add(key);
      } catch (error) {
        log.error("change not understood", { kind: kind.plural, object: keyOf(object), error });
      }
    });
  }
  await wakeUpsOf(controller, (key) => queue.add(key), { log, random, signal });
  await aborted;
  await queue.idle();
}

/** Listens to a controller's own wake-ups for as long as it runs; a source that breaks is opened again. */
async function wakeUpsOf(
  controller: AnyController,
  wake: (key: string) => void,
  { log, random, signal }: Pick<RunContext, "log" | "random" | "signal">,
): Promise<void> {
  for (let failures = 0; controller.wakeUps !== undefined && !signal.aborted; failures += 1) {
    try {
      await controller.wakeUps(wake, signal);
      break;
    } catch (error) {
      if (signal.aborted) break;
      log.error("wake-ups failed", { attempt: failures + 1, error });
      await delay(backoffMs(failures, { baseMs: 200, maxMs: 30_000, random }), signal).catch(() => {});
    }
  }
}

/** `vm`, `vmi`, `pod`, `node`: the word that logs have for a kind. */
function logFieldOf(kind: Kind): string {
  return kind.singular.length <= 8 ? kind.singular : (kind.shortNames?.[0] ?? kind.singular);
}
