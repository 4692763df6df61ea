import type { SchemaNode } from "@peapod/api";
import { type Form, type MessageFields, messageFields } from "./fields.ts";
import { WireWriter } from "./wire.ts";

/**
 * A JSON object as the message of its schema. Properties the schema has no wire number for are left out, absent ones are not written
 * (every reader of Kubernetes' messages takes that as their zero).
 */
export function encodeMessage(schema: SchemaNode, object: unknown): Uint8Array {
  return encodeFields(messageFields(schema), object);
}

function encodeFields(fields: MessageFields, object: unknown): Uint8Array {
  const writer = new WireWriter();
  if (!isRecord(object)) return writer.finish();
  for (const [number, field] of fields) {
    if ("inline" in field) {
      const inner = encodeFields(field.inline, object);
      if (inner.length > 0) writer.bytes(number, inner);
      continue;
    }
    const value = object[field.name];
    if (value !== undefined && value !== null) encodeField(writer, number, field.form, value);
  }
  return writer.finish();
}

function encodeField(writer: WireWriter, number: number, form: Form, value: unknown): void {
  if (form.as === "list") {
    if (!Array.isArray(value)) return;
    for (const element of value) encodeValue(writer, number, form.items, element);
  } else if (form.as === "map") {
    if (!isRecord(value)) return;
    for (const [key, held] of Object.entries(value)) {
      const entry = new WireWriter();
      entry.string(1, key);
      encodeValue(entry, 2, form.values, Array.isArray(held) ? { items: held } : held);
      writer.bytes(number, entry.finish());
    }
  } else {
    encodeValue(writer, number, form, value);
  }
}

function encodeValue(writer: WireWriter, number: number, form: Form, value: unknown): void {
  const encoded = payload(form, value);
  if (typeof encoded === "bigint") writer.varint(number, encoded);
  else if (typeof encoded === "number") writer.double(number, encoded);
  else writer.bytes(number, encoded);
}

/** A BigInt travels as a varint, a number as a double, bytes with their length. */
function payload(form: Form, value: unknown): bigint | number | Uint8Array {
  switch (form.as) {
    case "string":
      return utf8(String(value));
    case "base64":
      return Buffer.from(String(value), "base64");
    case "boolean":
      return value === true ? 1n : 0n;
    case "integer":
      return BigInt(Math.trunc(Number(value)) || 0);
    case "double":
      return Number(value);
    case "quantity":
      return message((inner) => inner.string(1, String(value)));
    case "intOrString":
      return encodeIntOrString(value);
    case "time":
      return encodeTime(String(value));
    case "json":
      return message((inner) => inner.string(1, JSON.stringify(value)));
    case "message":
      return encodeFields(form.fields(), value);
    case "map":
    case "list":
      throw new TypeError("a repeated field cannot hold another one: the schema has a list in a list");
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function encodeIntOrString(value: unknown): Uint8Array {
  return message((inner) => {
    const isText = typeof value === "string";
    inner.varint(1, isText ? 1 : 0);
    inner.varint(2, isText ? 0 : Math.trunc(Number(value)) || 0);
    inner.string(3, isText ? value : "");
  });
}

function encodeTime(text: string): Uint8Array {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) return new Uint8Array();
  // Date keeps three digits; a MicroTime has six.
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? "";
  return message((inner) => {
    inner.varint(1, Math.floor(milliseconds / 1000));
    inner.varint(2, Number(fraction.padEnd(9, "0")));
  });
}

function message(write: (inner: WireWriter) => void): Uint8Array {
  const inner = new WireWriter();
  write(inner);
  return inner.finish();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
