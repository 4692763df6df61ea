import type { ManagedFieldsEntry } from "@peapod/api";
import {
  decodeFields,
  difference,
  emptySet,
  encodeFields,
  type FieldSet,
  isEmptySet,
  setOf,
  union,
} from "./field-set.ts";

/** Who owns which fields: one entry of `metadata.managedFields`, read. */
export interface Owner {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly time?: string | undefined;
  readonly subresource?: string | undefined;
  readonly fields: FieldSet;
}

/** Beyond this many updaters the oldest are merged into one. */
const maxUpdaters = 10;
const ancient = "ancient-changes";

/** Whether two entries are the same owner: an updater has one per version, an applier one for all. */
export function isSameOwner(a: Omit<Owner, "fields">, b: Omit<Owner, "fields">): boolean {
  if (a.manager !== b.manager || a.operation !== b.operation) return false;
  if ((a.subresource ?? "") !== (b.subresource ?? "")) return false;
  return a.operation === "Apply" || a.apiVersion === b.apiVersion;
}

/** @returns undefined when an entry cannot be read */
export function decodeOwners(entries: readonly ManagedFieldsEntry[] | undefined): readonly Owner[] | undefined {
  const owners: Owner[] = [];
  for (const entry of entries ?? []) {
    const { manager = "", operation, apiVersion = "", time, subresource } = entry;
    if (operation !== "Apply" && operation !== "Update") return undefined;
    if (apiVersion === "" || entry.fieldsType !== "FieldsV1") return undefined;
    const fields = decodeFields(entry.fieldsV1 ?? {});
    if (!fields) return undefined;
    owners.push({ manager, operation, apiVersion, time, subresource, fields });
  }
  return owners;
}

/** In the order that Kubernetes shows: appliers first, then by time, manager and version. Owners of nothing are left out. */
export function encodeOwners(owners: readonly Owner[]): readonly ManagedFieldsEntry[] {
  return capUpdaters(owners.filter((owner) => !isEmptySet(owner.fields)))
    .toSorted(
      (a, b) =>
        order(a.operation, b.operation) ||
        order(a.time ?? "", b.time ?? "") ||
        order(a.manager, b.manager) ||
        order(a.apiVersion, b.apiVersion) ||
        order(a.subresource ?? "", b.subresource ?? ""),
    )
    .map(({ manager, operation, apiVersion, time, subresource, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time !== undefined && { time }),
      fieldsType: "FieldsV1",
      fieldsV1: encodeFields(fields),
      ...(subresource !== undefined && subresource !== "" && { subresource }),
    }));
}

/** Nobody owns what the server itself decides. */
export const neverOwned: FieldSet = [
  ["f:apiVersion"],
  ["f:kind"],
  ["f:metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((name) => ["f:metadata", `f:${name}`]),
].reduce((set, path) => union(set, setOf(path)), emptySet);

function capUpdaters(owners: readonly Owner[]): readonly Owner[] {
  const updaters = owners.filter((owner) => owner.operation === "Update").sort((a, b) => order(timeOf(a), timeOf(b)));
  let excess = updaters.length - maxUpdaters;
  if (excess <= 0) return owners;
  const buckets = new Map<string, Owner>();
  const merged = new Set<Owner>();
  for (const owner of updaters) {
    // The first of a version only changes its name: it is the next ones that save an entry.
    if (excess < 0 || (excess === 0 && buckets.has(owner.apiVersion))) break;
    const bucket = buckets.get(owner.apiVersion);
    if (bucket) excess--;
    const fields = bucket ? union(bucket.fields, owner.fields) : owner.fields;
    const { operation, apiVersion, time } = owner;
    buckets.set(apiVersion, { manager: ancient, operation, apiVersion, time, fields });
    merged.add(owner);
  }
  return [...owners.filter((owner) => !merged.has(owner)), ...buckets.values()];
}

/** Owners after some of their fields changed hands. */
export function disown(owners: readonly Owner[], lost: FieldSet): readonly Owner[] {
  return owners.map((owner) => ({ ...owner, fields: difference(owner.fields, lost) }));
}

function timeOf(owner: Owner): string {
  return owner.time ?? "";
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
