import type { JsonValue, SchemaNode } from "@peapod/api";
import { type Field, type Form, type MessageFields, messageFields } from "./fields.ts";
import { doubleOf, readFields, readVarints, WireError } from "./wire.ts";

/**
 * One message as the JSON object that the same Go value would print. Unknown fields are skipped. Go writes empty strings, zeros and
 * `false` of plain fields too (proto2), so these count as absent unless the field is required or a pointer in Go.
 *
 * @throws {WireError} on bytes that are no message of this schema
 */
export function decodeMessage(schema: SchemaNode, bytes: Uint8Array): { [key: string]: JsonValue } {
  return decodeInto({}, messageFields(schema), bytes, 0);
}

type JsonObject = { [key: string]: JsonValue };

/** Deeper than any served kind nests; keeps hostile bytes from exhausting the stack. */
const maxDepth = 100;

function decodeInto(target: JsonObject, fields: MessageFields, bytes: Uint8Array, depth: number): JsonObject {
  if (depth > maxDepth) throw new WireError("message is nested too deeply");
  for (const { number, value } of readFields(bytes)) {
    const field = fields.get(number);
    if (!field) continue;
    if ("inline" in field) decodeInto(target, field.inline, asBytes(value), depth + 1);
    else decodeField(target, field, value, depth);
  }
  return target;
}

function decodeField(target: JsonObject, { name, form, required }: Field, value: bigint | Uint8Array, depth: number) {
  if (form.as === "list") {
    const list = (target[name] as JsonValue[] | undefined) ?? [];
    target[name] = list;
    const packed = value instanceof Uint8Array && (form.items.as === "integer" || form.items.as === "boolean");
    for (const element of packed ? readVarints(value) : [value])
      list.push(decodeValue(form.items, element, depth) ?? null);
    return;
  }
  if (form.as === "map") {
    const map = (target[name] as JsonObject | undefined) ?? {};
    target[name] = map;
    const [key, held] = decodeEntry(form.values, asBytes(value), depth);
    Object.defineProperty(map, key, { value: held, enumerable: true, configurable: true, writable: true });
    return;
  }
  const decoded = decodeValue(form, value, depth);
  if (decoded === undefined || (!required && isZero(decoded) && !zeroCounts(name, decoded))) return;
  target[name] = decoded;
}

function decodeEntry(values: Form, bytes: Uint8Array, depth: number): readonly [string, JsonValue] {
  let key = "";
  let held: JsonValue | undefined;
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) key = utf8(asBytes(value));
    if (number === 2) held = decodeValue(values, value, depth);
  }
  if (values.as === "message" && held && typeof held === "object" && "items" in held)
    return [key, held.items as JsonValue];
  return [key, held ?? emptyOf(values)];
}

function decodeValue(form: Form, value: bigint | Uint8Array, depth: number): JsonValue | undefined {
  switch (form.as) {
    case "string":
      return utf8(asBytes(value));
    case "base64":
      return Buffer.from(asBytes(value)).toString("base64");
    case "boolean":
      return asVarint(value) !== 0n;
    case "integer":
      return Number(BigInt.asIntN(64, asVarint(value)));
    case "double":
      return doubleOf(asVarint(value));
    case "quantity":
      return parts(asBytes(value)).text(1);
    case "intOrString": {
      const held = parts(asBytes(value));
      return held.number(1) === 1 ? held.text(3) : held.number(2);
    }
    case "time":
      return decodeTime(asBytes(value), form.micro);
    case "json":
      return decodeJson(asBytes(value));
    case "message":
      return decodeInto({}, form.fields(), asBytes(value), depth + 1);
    case "map":
    case "list":
      throw new WireError("a repeated field cannot hold another one");
  }
}

/** Go's zero time is an empty message: no time at all. */
function decodeTime(bytes: Uint8Array, micro: boolean): string | undefined {
  if (bytes.length === 0) return undefined;
  const held = parts(bytes);
  const date = new Date(held.number(1) * 1000);
  if (Number.isNaN(date.getTime())) throw new WireError("time is out of range");
  const seconds = date.toISOString().slice(0, 19);
  const micros = String(Math.floor(held.number(2) / 1000)).padStart(6, "0");
  return micro ? `${seconds}.${micros}Z` : `${seconds}Z`;
}

function decodeJson(bytes: Uint8Array): JsonValue | undefined {
  const text = utf8(asBytes(first(bytes, 1) ?? new Uint8Array()));
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new WireError("embedded JSON cannot be parsed", { cause });
  }
}

function first(bytes: Uint8Array, number: number): bigint | Uint8Array | undefined {
  for (const field of readFields(bytes)) if (field.number === number) return field.value;
  return undefined;
}

/** The scalars of one of the small wrapper messages. */
function parts(bytes: Uint8Array) {
  const held = new Map<number, bigint | Uint8Array>();
  for (const { number, value } of readFields(bytes)) held.set(number, value);
  return {
    text: (number: number): string => {
      const value = held.get(number);
      return value === undefined ? "" : utf8(asBytes(value));
    },
    number: (number: number): number => {
      const value = held.get(number);
      return value === undefined ? 0 : Number(BigInt.asIntN(64, asVarint(value)));
    },
  };
}

function emptyOf(form: Form): JsonValue {
  if (form.as === "boolean") return false;
  if (form.as === "integer" || form.as === "double") return 0;
  if (form.as === "message") return {};
  return "";
}

function isZero(value: JsonValue): boolean {
  return value === "" || value === 0 || value === false;
}

/**
 * Optional fields of the served kinds that are pointers in Go, so that their zero is a statement: `storageClassName: ""` asks for no
 * class, `automountServiceAccountToken: false` for no token. Numbers are the other way round: nearly all optional ones are pointers,
 * and the few plain ones are named.
 */
const pointersToText = new Set(["storageClassName", "holderIdentity", "volumeAttributesClassName"]);
const pointersToBoolean = new Set([
  "allocateLoadBalancerNodePorts",
  "allowPrivilegeEscalation",
  "allowVolumeExpansion",
  "attachRequired",
  "automountServiceAccountToken",
  "blockOwnerDeletion",
  "controller",
  "enableServiceLinks",
  "hostUsers",
  "immutable",
  "optional",
  "orphanDependents",
  "privileged",
  "procMount",
  "ready",
  "readOnlyRootFilesystem",
  "runAsNonRoot",
  "serving",
  "setHostnameAsFQDN",
  "shareProcessNamespace",
  "started",
  "terminating",
]);
const plainNumbers = new Set([
  "count",
  "code",
  "deprecatedCount",
  "failureThreshold",
  "generation",
  "healthCheckNodePort",
  "hostPort",
  "initialDelaySeconds",
  "nodePort",
  "observedGeneration",
  "partition",
  "periodSeconds",
  "retryAfterSeconds",
  "successThreshold",
  "targetPort",
  "timeoutSeconds",
]);

function zeroCounts(name: string, zero: JsonValue): boolean {
  if (zero === "") return pointersToText.has(name);
  if (zero === false) return pointersToBoolean.has(name);
  return !plainNumbers.has(name);
}

function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function asBytes(value: bigint | Uint8Array): Uint8Array {
  if (typeof value === "bigint") throw new WireError("a number stands where bytes belong");
  return value;
}

function asVarint(value: bigint | Uint8Array): bigint {
  if (typeof value !== "bigint") throw new WireError("bytes stand where a number belongs");
  return value;
}
