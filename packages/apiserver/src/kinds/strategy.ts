import type { Problem } from "@peapod/api";
import type { StoredObject } from "../store/entry.ts";

/** What a kind does differently from a plain one. Everything is pure: time and randomness come in. */
export interface Strategy {
  /** May a PUT come without resourceVersion, and win over whatever is there? */
  readonly allowsUnconditionalUpdate: boolean;
  /** May a PUT make the object? */
  readonly createsOnUpdate: boolean;
  /** `all`: everything but metadata (and status, where that is a subresource) counts as a new generation. */
  readonly generation: "all" | "none";
  /** Kinds that come with a status at birth (a Node reports itself). */
  readonly keepsStatusOnCreate: boolean;
  /** Delete answers with the object even when it is gone at once. */
  readonly answersDeletedObject: boolean;
  readonly prepareCreate?: ((object: StoredObject, context: StrategyContext) => StoredObject) | undefined;
  readonly prepareUpdate?:
    | ((object: StoredObject, old: StoredObject, context: StrategyContext) => StoredObject)
    | undefined;
  /** Takes what the object must have for itself alone, before it is validated and until its write is stored or has failed. */
  readonly reserve?: ((object: StoredObject, context: StrategyContext) => Reservation) | undefined;
  readonly validate?: ((object: StoredObject, old: StoredObject | undefined) => readonly Problem[]) | undefined;
  /** Sentences for `Warning:` headers. */
  readonly warn?: ((object: StoredObject) => readonly string[]) | undefined;
  /** How long an object lives on after its deletion was asked for; 0 ends it at once. */
  readonly graceSeconds?: ((object: StoredObject, asked: number | undefined) => number) | undefined;
  /** A first deletion that only marks the object: a namespace lives until it is empty. */
  readonly holdsDeletion?: ((object: StoredObject) => boolean) | undefined;
  readonly markDeleted?: ((object: StoredObject) => StoredObject) | undefined;
  /** Why this object may not be deleted at all: `this namespace may not be deleted` */
  readonly refuseDelete?: ((object: StoredObject) => string | undefined) | undefined;
}

/** An object with what it was given, and the end of keeping that from others. */
export interface Reservation {
  readonly object: StoredObject;
  /** What cannot be had; nothing is kept then. */
  readonly problems: readonly Problem[];
  readonly release: () => void;
}

export interface StrategyContext {
  readonly now: Date;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  /** Set when the write goes to a subresource. */
  readonly subresource: string | undefined;
}

/** Kubernetes' own kinds, unless they say otherwise. */
export const builtInStrategy: Strategy = {
  allowsUnconditionalUpdate: true,
  createsOnUpdate: false,
  generation: "none",
  keepsStatusOnCreate: false,
  answersDeletedObject: false,
};

/** Kinds that a CustomResourceDefinition defines. */
export const customStrategy: Strategy = {
  ...builtInStrategy,
  allowsUnconditionalUpdate: false,
  generation: "all",
};
