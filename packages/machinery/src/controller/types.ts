import type { Kind, KubeObject } from "@peapod/api";
import type { Client, ObjectKey } from "../client/types.ts";

/** What a pure planner answers. Steps run in order; with none left, the world matches the spec. */
export interface Plan<Step> {
  readonly steps: readonly Step[];
  /** Look again after this time even if nothing changes (back-off, time-outs). */
  readonly lookAgainInMs?: number | undefined;
}

/** Cached reads: the last state the watches delivered. A kind that `reads` does not name throws. */
export interface Cache {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): T | undefined;
  list<T extends KubeObject>(
    kind: Kind<T>,
    filter?: { readonly namespace?: string; readonly index?: { readonly name: string; readonly value: string } },
  ): readonly T[];
}

export interface EventRecorder {
  /** Aggregated: the same (object, type, reason, message) raises `count` of one Event. Never throws, never blocks the step. */
  record(
    object: KubeObject,
    event: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string },
  ): void;
}

export interface ObserveContext {
  readonly cache: Cache;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export interface EffectContext {
  /** Can do only what `writes` declares; everything else throws before it is sent. */
  readonly client: Client;
  readonly events: EventRecorder;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly random: () => number;
}

/** One entry per step: a step without an effect does not compile. Each may be repeated safely. */
export type Effects<Step extends { readonly do: string }> = {
  readonly [D in Step["do"]]: (step: Extract<Step, { readonly do: D }>, context: EffectContext) => Promise<void>;
};

/** What may be written: the object as a whole, or its status alone. */
export interface Write {
  readonly kind: Kind;
  readonly verbs: readonly (
    | "create"
    | "update"
    | "patch"
    | "delete"
    | "updateStatus"
    | "patchStatus"
    | "bind"
    | "evict"
  )[];
}

/**
 * A reconciler, as data and functions. The runtime watches `for` and `watches`, queues keys ("namespace/name"; one worker per key),
 * calls observe → plan → effects, logs each step with its duration, retries a thrown error with back-off, and stops for an
 * InvalidSpecError until the object changes.
 */
export interface Controller<T extends KubeObject, Facts, Step extends { readonly do: string }> {
  readonly name: string;
  readonly for: Kind<T>;
  /** Kinds whose cache `observe` may read (`for` is implied). */
  readonly reads: readonly Kind[];
  readonly writes: readonly Write[];
  /** Other kinds whose changes wake keys of ours. */
  readonly watches?: readonly {
    readonly kind: Kind;
    readonly keys: (object: KubeObject, cache: Cache) => readonly string[];
  }[];
  /** Restricts the informers on the server's side, e.g. `spec.nodeName=n1` for Pods. */
  readonly fieldSelectors?: readonly { readonly kind: Kind; readonly selector: string }[];
  /** Indexes that `observe` lists by, beside "namespace" and "owner" (the uids of an object's ownerReferences). */
  readonly indexes?: readonly {
    readonly kind: Kind;
    readonly name: string;
    readonly values: (object: KubeObject) => readonly string[];
  }[];
  /** How many keys are worked on at once; default 16. */
  readonly concurrency?: number;
  /** Wake-ups that are no API objects (a QMP event, a finished pull): call `wake(key)`. Ends with the signal. */
  readonly wakeUps?: (wake: (key: string) => void, signal: AbortSignal) => Promise<void>;
  /** Key → facts. Undefined: nothing to do. May look at the machine (async), never writes. Also called for keys whose object is gone. */
  readonly observe: (key: string, context: ObserveContext) => Facts | undefined | Promise<Facts | undefined>;
  readonly plan: (facts: Facts) => Plan<Step>;
  readonly effects: Effects<Step>;
}

/** Any controller, as the runtime holds many: facts and steps are each one's own affair. */
// biome-ignore lint/suspicious/noExplicitAny: TypeScript has no existential types; facts only go from a controller to itself
export type AnyController = Controller<any, any, any>;
