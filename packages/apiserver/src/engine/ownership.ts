import { deepEqual, type JsonValue, type ManagedFieldsEntry } from "@peapod/api";
import { timestampOf } from "@peapod/machinery";
import { emptySet, type FieldSet, setOf, union } from "../apply/field-set.ts";
import { decodeOwners, encodeOwners, type Owner } from "../apply/owners.ts";
import { trackUpdate, type Writer } from "../apply/track-update.ts";
import { hasStatus, schemaOf } from "../registry/resource.ts";
import type { StoredObject } from "../store/entry.ts";
import type { Call } from "./call.ts";

export function writerOf(call: Call, manager: string, object: StoredObject): Writer {
  const { served, info, engine } = call;
  return {
    manager,
    apiVersion: served.version.apiVersion,
    subresource: info.subresource,
    time: timestampOf(engine.now()),
    notOwned: notOwned(call, object),
  };
}

/** Owners of a new object, or of one after an ordinary update. The objects need not carry managedFields. */
export function ownersAfter(
  call: Call,
  manager: string,
  before: StoredObject | undefined,
  after: StoredObject,
  owners: readonly Owner[],
): readonly Owner[] {
  // Whoever touches an object that nobody was recorded for does not start the record.
  if (before && owners.length === 0) return owners;
  return trackUpdate(
    schemaOf(call.served),
    before && asJson(before),
    asJson(after),
    owners,
    writerOf(call, manager, after),
  );
}

/** Owners that count for an update: those of the live object, unless the client sends others or resets them. */
export function ownersBefore(
  call: Call,
  proposed: readonly ManagedFieldsEntry[] | undefined,
  live: readonly ManagedFieldsEntry[] | undefined,
): readonly Owner[] {
  const current = decodeOwners(live) ?? [];
  if (proposed === undefined || call.info.subresource !== undefined || deepEqual(proposed, live)) return current;
  if (proposed.every((entry) => Object.keys(entry).length === 0)) return [];
  return decodeOwners(proposed) ?? current;
}

export function withOwners(object: StoredObject, owners: readonly Owner[]): StoredObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: owners.length === 0 ? metadata : { ...metadata, managedFields: encodeOwners(owners) },
  };
}

/** Fields that a write of this kind does not take: the other half of the object. */
function notOwned({ served, info }: Call, object: StoredObject): FieldSet | undefined {
  if (info.subresource === undefined) return hasStatus(served) ? setOf(["f:status"]) : undefined;
  if (info.subresource !== "status") return undefined;
  const taken = served.resource.isCustom ? ["status"] : ["status", "metadata"];
  return Object.keys(object)
    .filter((field) => !taken.includes(field))
    .reduce((set, field) => union(set, setOf([`f:${field}`])), emptySet);
}

/** Objects are JSON; only optional fields of their type may be undefined, and those are not there. */
export function asJson(object: StoredObject): JsonValue {
  return object as unknown as JsonValue;
}
