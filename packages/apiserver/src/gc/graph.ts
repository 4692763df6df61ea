import type { OwnerReference } from "@peapod/api";
import type { Registry } from "../registry/registry.ts";
import type { StoreEvent } from "../store/collection.ts";
import type { Entry } from "../store/entry.ts";
import type { Store } from "../store/store.ts";
import { foreground, type GcFacts, type OwnerFact } from "./plan.ts";

/** Who owns whom, of all objects: kept up to date with every change of the store. */
export class OwnerGraph {
  readonly #entries = new Map<string, Entry>();
  readonly #dependents = new Map<string, Set<string>>();
  readonly #registry: Registry;

  constructor(store: Store, registry: Registry) {
    this.#registry = registry;
    for (const resource of store.resources()) {
      for (const entry of store.collection(resource).list()) this.#add(entry);
    }
  }

  /** Objects that the garbage collector may have to do with, at the start. */
  interesting(): readonly string[] {
    return [...this.#entries.values()]
      .filter(({ meta }) => meta.ownerUids.length > 0 || meta.isBeingDeleted)
      .map(({ meta }) => meta.uid);
  }

  /** Takes a change in. @returns uids of the objects to look at because of it */
  apply({ type, entry, previous }: StoreEvent): readonly string[] {
    if (previous) this.#remove(previous);
    if (type !== "DELETED") {
      this.#add(entry);
      const { meta } = entry;
      const isOwner = meta.isBeingDeleted && meta.finalizers.length > 0;
      const starts = isOwner && meta.finalizers.includes(foreground) ? this.dependentsOf(meta.uid) : [];
      const touched = meta.ownerUids.length > 0 || isOwner ? [meta.uid] : [];
      return [...touched, ...starts, ...this.#waitingOwners(entry), ...(previous ? this.#waitingOwners(previous) : [])];
    }
    return [...this.dependentsOf(entry.meta.uid), ...this.#waitingOwners(entry)];
  }

  entry(uid: string): Entry | undefined {
    return this.#entries.get(uid);
  }

  dependentsOf(uid: string): readonly string[] {
    return [...(this.#dependents.get(uid) ?? [])];
  }

  facts(uid: string): GcFacts | undefined {
    const entry = this.#entries.get(uid);
    if (!entry) return undefined;
    const { meta } = entry;
    const references = meta.ownerUids.length === 0 ? [] : (entry.parse().metadata.ownerReferences ?? []);
    return {
      uid,
      finalizers: meta.finalizers,
      isBeingDeleted: meta.isBeingDeleted,
      owners: references.map((reference) => this.#owner(reference, entry)),
      dependents: this.dependentsOf(uid).flatMap((dependent) => {
        const found = this.#entries.get(dependent);
        if (!found) return [];
        const own = found.parse().metadata.ownerReferences?.find((reference) => reference.uid === uid);
        const blocksOwner = own?.blockOwnerDeletion === true;
        return [{ uid: dependent, blocksOwner }];
      }),
    };
  }

  #owner(reference: OwnerReference, dependent: Entry): OwnerFact {
    const served = this.#registry.ofKind(reference.apiVersion, reference.kind);
    // What is not served here may exist elsewhere: leave its dependents alone.
    if (!served) return { reference, state: "solid" };
    const owner = this.#entries.get(reference.uid);
    if (!owner) return { reference, state: "absent" };
    // An owner in another namespace is no owner; a namespaced one of something cluster-wide cannot be told to be one.
    if (served.resource.namespaced && dependent.namespace === "") return { reference, state: "solid" };
    if (served.resource.namespaced && owner.namespace !== dependent.namespace) return { reference, state: "absent" };
    const { meta } = owner;
    const isWaiting = meta.isBeingDeleted && meta.finalizers.includes(foreground);
    return { reference, state: isWaiting ? "waiting" : "solid" };
  }

  /** Owners of an object that wait for it in the foreground. */
  #waitingOwners({ meta }: Entry): readonly string[] {
    return meta.ownerUids.filter((uid) => this.#entries.get(uid)?.meta.finalizers.includes(foreground));
  }

  #add(entry: Entry): void {
    const { uid, ownerUids } = entry.meta;
    this.#entries.set(uid, entry);
    for (const owner of ownerUids) {
      const dependents = this.#dependents.get(owner) ?? new Set();
      this.#dependents.set(owner, dependents);
      dependents.add(uid);
    }
  }

  #remove(entry: Entry): void {
    const { uid, ownerUids } = entry.meta;
    this.#entries.delete(uid);
    for (const owner of ownerUids) {
      const dependents = this.#dependents.get(owner);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner);
    }
  }
}
