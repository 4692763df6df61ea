import type { JsonValue } from "@peapod/api";
import { difference, emptySet, equalSets, type FieldSet, isEmptySet, union, without } from "./field-set.ts";
import { disown, isSameOwner, neverOwned, type Owner } from "./owners.ts";
import { compare, type Typed } from "./typed.ts";

export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  /** RFC 3339, seconds. */
  readonly time: string;
  /** Fields that this kind of write does not own, whatever it says of them (`status` on the main resource). */
  readonly notOwned?: FieldSet | undefined;
}

/**
 * Owners after a write that is no apply: what it added or changed is the writer's alone, what it removed is nobody's.
 *
 * @param before  undefined for a new object
 */
export function trackUpdate(
  schema: Typed,
  before: JsonValue | undefined,
  after: JsonValue,
  owners: readonly Owner[],
  writer: Writer,
): readonly Owner[] {
  const { added, modified, removed } = compare(schema, before ?? {}, after);
  const changed = union(added, modified);
  if (isEmptySet(changed) && isEmptySet(removed)) return owners;
  const own: Omit<Owner, "fields"> = {
    manager: writer.manager,
    operation: "Update",
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
  };
  const mine = owners.find((owner) => isSameOwner(owner, own));
  const others = disown(
    owners.filter((owner) => owner !== mine),
    union(changed, removed),
  );
  const fields = ownable(difference(union(mine?.fields ?? emptySet, changed), removed), writer);
  const time = mine && equalSets(mine.fields, fields) ? mine.time : writer.time;
  return [...others, { ...own, time, fields }].filter((owner) => !isEmptySet(owner.fields));
}

/** What of a set a writer may own at all. */
export function ownable(fields: FieldSet, { notOwned }: Pick<Writer, "notOwned">): FieldSet {
  const decided = difference(fields, neverOwned);
  return notOwned ? without(decided, notOwned) : decided;
}
