import { invalid as invalidValue, type Kind, type KubeObject } from "@peapod/api";
import { timestampOf } from "../conditions/conditions.ts";
import { alreadyExists, badRequest, conflict, invalid, notFound, preconditionFailed } from "../errors/refusals.ts";
import { isJsonEqual, isObject, type JsonObject } from "../patches/json.ts";
import { applyJsonPatch, parseJsonPatch } from "../patches/json-patch.ts";
import { applyMergePatch } from "../patches/merge-patch.ts";
import { applyStrategicMergePatch } from "../patches/strategic-merge-patch.ts";
import type { FakeStore } from "./fake-store.ts";

/** What a request addresses. */
export interface Target {
  readonly group: string;
  readonly plural: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly kind: Kind | undefined;
}

/** The writes of the fake server: optimistic concurrency, finalizers, generations and status subresources as in the real one. */
export class FakeWrites {
  readonly #store: FakeStore;
  readonly #now: () => Date;
  #made = 0;

  constructor(store: FakeStore, now: () => Date) {
    this.#store = store;
    this.#now = now;
  }

  read(target: Target): KubeObject {
    const object = this.#store.get(target.resource, keyOfTarget(target));
    if (object === undefined) throw notFound(target, target.name ?? "");
    return object;
  }

  create(target: Target, body: KubeObject): KubeObject {
    this.#made += 1;
    const suffix = this.#made.toString(36).padStart(5, "0");
    const name = body.metadata.name ?? `${body.metadata.generateName ?? ""}${suffix}`;
    if (name === suffix) throw badRequest("name or generateName is required");
    const metadata = { ...body.metadata, name, ...(target.namespace && { namespace: target.namespace }) };
    const key = keyOfTarget({ ...target, name });
    if (this.#store.get(target.resource, key) !== undefined) throw alreadyExists(target, name);
    return this.#store.write(target.resource, {
      ...body,
      metadata: {
        ...metadata,
        uid: `uid-${this.#made}`,
        creationTimestamp: timestampOf(this.#now()),
        generation: 1,
      },
    });
  }

  update(target: Target, body: KubeObject): KubeObject {
    const before = this.read(target);
    const { resourceVersion } = body.metadata;
    if (!resourceVersion && target.kind && !target.kind.builtIn) {
      const problem = invalidValue("metadata.resourceVersion", 0, "must be specified for an update");
      throw invalid({ group: target.group, kind: target.plural }, target.name ?? "", [problem]);
    }
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
      throw conflict(target, target.name ?? "");
    return this.#save(target, before, body);
  }

  patch(target: Target, body: unknown, contentType: string): KubeObject {
    const before = this.#store.get(target.resource, keyOfTarget(target));
    if (contentType === "application/apply-patch+yaml" && before === undefined) {
      return this.create(target, body as KubeObject); // applying what is not there creates it
    }
    if (before === undefined) throw notFound(target, target.name ?? "");
    const after = patched(before as unknown as JsonObject, body, contentType, target) as unknown as KubeObject;
    const { resourceVersion } = after.metadata;
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
      throw conflict(target, target.name ?? "");
    return this.#save(target, before, after);
  }

  /** @returns the object where it lives on for its finalizers or its grace period */
  remove(target: Target, options: JsonObject): KubeObject | undefined {
    const object = this.read(target);
    const { uid } = isObject(options["preconditions"]) ? options["preconditions"] : {};
    if (uid !== undefined && uid !== object.metadata.uid) {
      const sentence = `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`;
      throw preconditionFailed({ group: target.group, kind: object.kind }, target.name ?? "", sentence);
    }
    const grace = gracePeriodOf(object, options["gracePeriodSeconds"]);
    if (grace === 0 && (object.metadata.finalizers ?? []).length === 0) {
      this.#store.remove(target.resource, keyOfTarget(target));
      return undefined;
    }
    if (object.metadata.deletionTimestamp !== undefined) return object;
    const deletionTimestamp = timestampOf(new Date(this.#now().getTime() + grace * 1000));
    return this.#store.write(target.resource, {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace },
    });
  }

  #save(target: Target, before: KubeObject, body: KubeObject): KubeObject {
    const after = merge(target, before, body);
    if (isJsonEqual(after, before)) return before;
    const isGone = after.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0;
    if (isGone && !after.metadata.deletionGracePeriodSeconds) {
      this.#store.remove(target.resource, keyOfTarget(target));
      return after;
    }
    return this.#store.write(target.resource, after);
  }
}

/** What a write may change: status or everything else, and never what the server owns. */
function merge(target: Target, before: KubeObject, body: KubeObject): KubeObject {
  const hasStatus = target.kind?.subresources?.status === true || target.subresource === "status";
  const old = before as KubeObject & { readonly status?: unknown };
  const sent = body as KubeObject & { readonly status?: unknown };
  if (target.subresource === "status") {
    // Kubernetes' own kinds take labels and annotations with their status, custom ones do not.
    const { labels, annotations } = target.kind?.builtIn ? sent.metadata : before.metadata;
    return {
      ...old,
      metadata: { ...before.metadata, ...defined({ labels, annotations }) },
      status: sent.status,
    } as KubeObject;
  }
  const status = hasStatus ? old.status : sent.status;
  const {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    resourceVersion,
    generation = 1,
  } = before.metadata;
  const kept = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, resourceVersion, generation };
  const after = { ...sent, metadata: { ...sent.metadata, ...defined(kept) }, ...(status !== undefined && { status }) };
  if (hasStatus && status === undefined) delete (after as { status?: unknown }).status;
  const isSpecSame = isJsonEqual(withoutStatus(after, hasStatus), withoutStatus(before, hasStatus));
  return isSpecSame ? after : { ...after, metadata: { ...after.metadata, generation: generation + 1 } };
}

function withoutStatus(object: KubeObject, hasStatus: boolean): unknown {
  const { metadata: _, status, ...rest } = object as KubeObject & { readonly status?: unknown };
  return hasStatus ? rest : { ...rest, status };
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function patched(before: JsonObject, body: unknown, contentType: string, target: Target): unknown {
  if (contentType === "application/json-patch+json") return applyJsonPatch(before, parseJsonPatch(body));
  if (contentType === "application/strategic-merge-patch+json" && isObject(body)) {
    return applyStrategicMergePatch(before, body, target.kind?.schema ?? {});
  }
  return applyMergePatch(before, body);
}

/** Pods that run on a node wait for its agent; everything else goes at once. */
function gracePeriodOf(object: KubeObject, asked: unknown): number {
  if (object.kind !== "Pod" || object.apiVersion !== "v1") return 0;
  const { spec } = object as KubeObject & {
    readonly spec?: { readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number };
  };
  if (!spec?.nodeName) return 0;
  return typeof asked === "number" ? asked : (spec.terminationGracePeriodSeconds ?? 30);
}

function keyOfTarget({ namespace, name }: Pick<Target, "namespace" | "name">): string {
  return namespace ? `${namespace}/${name}` : (name ?? "");
}
