import type { JsonValue, SchemaNode } from "@peapod/api";
import { decodeMessage } from "./decode.ts";
import { encodeMessage } from "./encode.ts";
import { readFields, WireError, WireWriter } from "./wire.ts";

export const protobufType = "application/vnd.kubernetes.protobuf";

/** The four bytes every protobuf body begins with: `k8s` and a zero. */
const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Takes a protobuf body apart: `k8s\0`, then runtime.Unknown {1 typeMeta {1 apiVersion, 2 kind}, 2 raw, 3 contentEncoding,
 * 4 contentType}. Decode `raw` with the schema of the type.
 *
 * @throws {WireError} when it is no such body
 */
export function openEnvelope(body: Uint8Array): { readonly type: TypeMeta; readonly raw: Uint8Array } {
  if (body.length < magic.length || magic.some((byte, i) => body[i] !== byte)) {
    throw new WireError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  let type: TypeMeta = { apiVersion: "", kind: "" };
  let raw: Uint8Array = new Uint8Array();
  for (const { number, value } of readFields(body.subarray(magic.length))) {
    if (typeof value === "bigint") continue;
    if (number === 1) type = openTypeMeta(value);
    if (number === 2) raw = value;
  }
  return { type, raw };
}

/**
 * A protobuf body as the JSON object it stands for, with apiVersion and kind.
 *
 * @param find  the schema of a type; undefined where there is none with wire numbers
 * @throws {WireError} for bytes that cannot be read, and for types `find` does not know
 */
export function decodeProtobuf(
  body: Uint8Array,
  find: (type: TypeMeta) => SchemaNode | undefined,
): { readonly [key: string]: JsonValue } {
  const { type, raw } = openEnvelope(body);
  const schema = find(type);
  if (!schema) throw new WireError(`no kind "${type.kind}" is registered for version "${type.apiVersion}"`);
  return { apiVersion: type.apiVersion, kind: type.kind, ...decodeMessage(schema, raw) };
}

/** A JSON object as a protobuf body. */
export function encodeProtobuf(schema: SchemaNode, object: TypeMeta): Uint8Array {
  return sealEnvelope(object, encodeMessage(schema, object));
}

export function sealEnvelope({ apiVersion, kind }: TypeMeta, raw: Uint8Array): Uint8Array {
  const type = new WireWriter();
  type.string(1, apiVersion);
  type.string(2, kind);
  const unknown = new WireWriter();
  unknown.bytes(1, type.finish());
  unknown.bytes(2, raw);
  unknown.string(3, "");
  unknown.string(4, "");
  return Buffer.concat([magic, unknown.finish()]);
}

function openTypeMeta(bytes: Uint8Array): TypeMeta {
  const texts = new Map<number, string>();
  for (const { number, value } of readFields(bytes)) {
    if (typeof value !== "bigint") texts.set(number, Buffer.from(value).toString("utf8"));
  }
  return { apiVersion: texts.get(1) ?? "", kind: texts.get(2) ?? "" };
}
