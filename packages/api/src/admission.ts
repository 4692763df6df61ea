import type { Kind, KubeObject } from "./kind.ts";
import type { Problem } from "./problem.ts";

/** What admission may look at. Pure: clock and randomness come in. */
export interface AdmissionReview<T extends KubeObject = KubeObject> {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  /** The new object (on DELETE: the one to go). */
  readonly object: T;
  readonly oldObject: T | undefined;
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  readonly now: Date;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  /** Reads another object from the cache, e.g. the KubeVirt object or a NetworkAttachmentDefinition. */
  readonly find: <O extends KubeObject>(
    kind: Kind<O>,
    key: { readonly namespace?: string; readonly name: string },
  ) => O | undefined;
  /**
   * All objects of a kind, of one namespace if it is given. What others are just writing is in the list already, so that two who come
   * at the same moment cannot both be right.
   */
  readonly list: <O extends KubeObject>(kind: Kind<O>, within?: { readonly namespace?: string }) => readonly O[];
}

/**
 * Admission of one kind. In standalone the API server calls it directly; on a cluster a webhook of the gateway does. Order: mutate
 * → schema defaults/validation → validate.
 */
export interface Admission<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** Upstream's webhook name, part of the sentence a client reads: `admission webhook "NAME" denied the request: …`. */
  readonly webhookName: string;
  /** The sentence names the object first, as webhooks do that answer with Kubernetes' own errors: `Kind.group "x" is invalid: …`. */
  readonly namesObject?: true;
  // Methods, not properties: so an admission of one kind is one of any kind, and a list can hold them all.
  mutate?(review: AdmissionReview<T>): T;
  /** Warnings about what mutation is going to change: asked before it. */
  announce?(review: AdmissionReview<T>): readonly string[];
  validate?(review: AdmissionReview<T>): readonly Problem[];
  /** Sentences sent as `Warning:` headers, on DELETE too; they never refuse. */
  warn?(review: AdmissionReview<T>): readonly string[];
}
