import type { JsonValue } from "@peapod/api";
import {
  difference,
  emptySet,
  equalSets,
  type FieldSet,
  intersection,
  isEmptySet,
  union,
  withNamedFields,
} from "./field-set.ts";
import { disown, isSameOwner, type Owner } from "./owners.ts";
import { ownable, type Writer } from "./track-update.ts";
import { compare, fieldsOf, merge, removeFields, type Typed } from "./typed.ts";

export interface Applied {
  readonly object: JsonValue;
  readonly owners: readonly Owner[];
  /** Fields that others own and that this apply would change: not empty, and nothing may be stored unless it is forced. */
  readonly conflicts: readonly Conflict[];
}

export interface Conflict {
  readonly owner: Owner;
  readonly fields: FieldSet;
}

/**
 * Server-side apply: the live object with everything the manifest says, without what the same applier said before and says no more
 * (unless someone else owns it), and who owns what then. Conflicting fields change hands; whether that is allowed is for the caller.
 *
 * @param live  undefined where there is no object yet
 */
export function applyManifest(
  schema: Typed,
  live: JsonValue | undefined,
  manifest: JsonValue,
  owners: readonly Owner[],
  writer: Writer,
): Applied {
  const known = live !== undefined && owners.length === 0 ? [ownerBefore(schema, live, writer)] : owners;
  const own: Omit<Owner, "fields"> = {
    manager: writer.manager,
    operation: "Apply",
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
  };
  const mine = known.find((owner) => isSameOwner(owner, own));
  const others = known.filter((owner) => owner !== mine);
  const fields = ownable(fieldsOf(schema, manifest), writer);
  const kept = others.reduce((all, owner) => union(all, owner.fields), fields);
  const dropped = difference(withNamedFields(mine?.fields ?? emptySet), withNamedFields(kept));
  const object = removeFields(schema, merge(schema, live, manifest), dropped);

  const { added, modified, removed } = compare(schema, live ?? {}, object);
  const changed = union(added, modified);
  const conflicts = others
    .map((owner) => ({ owner, fields: intersection(owner.fields, changed) }))
    .filter((conflict) => !isEmptySet(conflict.fields));
  const time = mine && equalSets(mine.fields, fields) ? mine.time : writer.time;
  const after = [...disown(others, union(changed, removed)), { ...own, time, fields }];
  return { object, owners: after.filter((owner) => !isEmptySet(owner.fields)), conflicts };
}

/** Whoever made an object that nobody was recorded for. */
function ownerBefore(schema: Typed, live: JsonValue, writer: Writer): Owner {
  const fields = ownable(fieldsOf(schema, live), writer);
  return {
    manager: "before-first-apply",
    operation: "Update",
    apiVersion: writer.apiVersion,
    time: writer.time,
    fields,
  };
}
