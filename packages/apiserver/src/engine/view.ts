import { fromStored, type Resource, type Served } from "../registry/resource.ts";
import { decodeObject, type Entry, encodeObject, type StoredObject } from "../store/entry.ts";
import { normalize, storedVersion } from "./normalize.ts";

/** An entry as a version shows it, parsed. */
export function objectOf(served: Served, entry: Entry): StoredObject {
  return fromStored(served, decodeObject(currentBody(served.resource, entry)));
}

/** An entry as a version shows it, in bytes. Shared with other readers: never modify it. */
export function bodyOf(served: Served, entry: Entry): Uint8Array {
  const { resource, version } = served;
  const body = currentBody(resource, entry);
  if (version.conversion) return encodeObject(fromStored(served, decodeObject(body)));
  if (version.apiVersion === resource.storedApiVersion) return body;
  // Versions that differ in name alone differ in the first bytes alone.
  return Buffer.concat([head(version.apiVersion), body.subarray(head(resource.storedApiVersion).length)]);
}

/** As bodyOf, without the apiVersion and kind that items of built-in lists lack. Two pieces to write one after the other. */
export function bareBodyOf(served: Served, entry: Entry): readonly [Uint8Array, Uint8Array] {
  const { apiVersion } = served.version;
  const prefix = head(apiVersion).length + kindText(served.resource.kind).length;
  return [openBrace, bodyOf(served, entry).subarray(prefix)];
}

/** The stored body, brought up to the present schema once and remembered. */
function currentBody(resource: Resource, entry: Entry): Uint8Array {
  if (entry.current.age === resource.schemaAge) return entry.current.body;
  const served = storedVersion(resource);
  if (!served) return entry.body;
  const object: StoredObject = { ...entry.parse(), apiVersion: served.version.apiVersion };
  const converted = served.version.conversion ? served.version.conversion.fromStored(object) : object;
  const normal = normalize(served, converted);
  const stored = served.version.conversion ? served.version.conversion.toStored(normal) : normal;
  const bytes = encodeObject({ ...stored, apiVersion: resource.storedApiVersion });
  const body = Buffer.compare(bytes, entry.body) === 0 ? entry.body : bytes;
  entry.current = { age: resource.schemaAge, body };
  return body;
}

const openBrace = Buffer.from("{");
const heads = new Map<string, Uint8Array>();

function head(apiVersion: string): Uint8Array {
  let bytes = heads.get(apiVersion);
  if (!bytes) {
    bytes = Buffer.from(`{"apiVersion":${JSON.stringify(apiVersion)},`);
    heads.set(apiVersion, bytes);
  }
  return bytes;
}

function kindText(kind: string): string {
  return `"kind":${JSON.stringify(kind)},`;
}
