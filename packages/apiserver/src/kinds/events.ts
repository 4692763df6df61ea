import type { Conversion } from "../registry/resource.ts";
import type { StoredObject } from "../store/entry.ts";

/**
 * The two views of one Event: `v1` is stored, `events.k8s.io/v1` is shown with other names. Fields that only the old form has are
 * called `deprecated…` in the new one.
 */
export const eventConversion: Conversion = {
  toStored: (object) => rename(object, { kind: "Event", apiVersion: "v1" }, newToOld),
  fromStored: (object) => rename(object, { kind: "Event", apiVersion: "events.k8s.io/v1" }, oldToNew),
  storedField: (path) => {
    const [first = "", ...rest] = path.split(".");
    return [newToOld.get(first) ?? first, ...rest].join(".");
  },
};

const newToOld: ReadonlyMap<string, string> = new Map([
  ["regarding", "involvedObject"],
  ["note", "message"],
  ["deprecatedSource", "source"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
  ["reportingController", "reportingComponent"],
]);
const oldToNew: ReadonlyMap<string, string> = new Map([...newToOld].map(([now, before]) => [before, now]));

function rename(
  { apiVersion: _, kind: __, metadata, ...fields }: StoredObject,
  type: { readonly kind: string; readonly apiVersion: string },
  names: ReadonlyMap<string, string>,
): StoredObject {
  const renamed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) renamed[names.get(name) ?? name] = value;
  return { ...type, metadata, ...renamed };
}
