import type { Kind, KubeObject } from "@peapod/api";
import { defineCheckpoints } from "../checkpoint/checkpoint.ts";
import type { Client } from "../client/types.ts";
import { Informer } from "../informer/informer.ts";
import type { Indexer } from "../informer/object-store.ts";
import type { Log } from "../log/types.ts";
import { nameOf } from "./guarded-client.ts";
import { runController } from "./run-controller.ts";
import type { AnyController, EventRecorder } from "./types.ts";

export interface RuntimeOptions {
  readonly client: Client;
  readonly log: Log;
  /** One for all, or one for each controller's name: Events tell which component they come from. */
  readonly recorder: EventRecorder | ((controllerName: string) => EventRecorder);
  readonly now?: (() => Date) | undefined;
  readonly random?: (() => number) | undefined;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

export interface ControllerRuntime {
  /** Resolves when every cache holds a whole list. */
  readonly synced: Promise<void>;
  /** Resolves after the signal aborted and the last effect has ended. */
  readonly done: Promise<void>;
}

/** Starts controllers on shared caches: one watch for each kind and selection, however many of them read it. */
export function startControllers(controllers: readonly AnyController[], options: RuntimeOptions): ControllerRuntime {
  const { client, log, recorder, signal } = options;
  const now = options.now ?? (() => new Date());
  const random = options.random ?? Math.random;
  defineCheckpoints(checkpointsOf(controllers));
  const informers = new Map<string, Informer<KubeObject>>();
  const informerFor = (kind: Kind, fieldSelector: string | undefined) => {
    const id = `${nameOf(kind)}?${fieldSelector ?? ""}`;
    const known = informers.get(id);
    if (known !== undefined) return known;
    const indexers = indexersOf(controllers, kind);
    const informer = new Informer<KubeObject>({ client, kind, fieldSelector, indexers, log, random });
    informers.set(id, informer);
    return informer;
  };
  const running = controllers.map((controller) => {
    const own = new Map<string, Informer<KubeObject>>();
    for (const kind of kindsOf(controller)) {
      const selection = controller.fieldSelectors?.find((entry) => nameOf(entry.kind) === nameOf(kind));
      own.set(nameOf(kind), informerFor(kind, selection?.selector));
    }
    const events = typeof recorder === "function" ? recorder(controller.name) : recorder;
    return runController(controller, { client, log, events, now, random, signal, informers: own });
  });
  // Only now, so that every controller has its listeners in place before the first object comes.
  const watching = [...informers.values()].map((informer) => informer.run(signal));
  return {
    synced: Promise.all([...informers.values()].map(({ synced }) => synced)).then(() => {}),
    done: Promise.all([...running, ...watching]).then(() => {}),
  };
}

/** `"<controller>/<step>"` for every step there is: where the process can be told to die. */
export function checkpointsOf(controllers: readonly AnyController[]): readonly string[] {
  return controllers.flatMap(({ name, effects }) => Object.keys(effects).map((step) => `${name}/${step}`));
}

function kindsOf(controller: AnyController): readonly Kind[] {
  return [controller.for, ...controller.reads, ...(controller.watches ?? []).map(({ kind }) => kind)];
}

function indexersOf(controllers: readonly AnyController[], kind: Kind): Readonly<Record<string, Indexer>> {
  const indexes = controllers.flatMap((controller) => controller.indexes ?? []);
  const ours = indexes.filter((index) => nameOf(index.kind) === nameOf(kind));
  return Object.fromEntries(ours.map(({ name, values }) => [name, values]));
}
