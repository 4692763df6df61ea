import { WireWriter } from "../protobuf/wire.ts";
import type { Swagger, SwaggerDocument } from "../render/openapi/swagger.ts";

/**
 * Swagger 2.0 as kubectl reads it: the protobuf messages of gnostic's OpenAPIv2.proto, whose field numbers stand below beside their
 * names. What has no message of its own (defaults, enums, `x-…`) travels as YAML text; JSON is YAML.
 *
 * Concatenated protobuf messages merge, so a document is its head followed by one part per group version.
 *
 * @see https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto
 */
export function encodeSwaggerHead({ swagger, info }: Pick<SwaggerDocument, "swagger" | "info">): Uint8Array {
  return encode((document) => {
    document.string(1, swagger);
    document.bytes(
      2,
      encode((inner) => {
        inner.string(1, info.title);
        inner.string(2, info.version);
      }),
    );
  });
}

/** Paths (8) and definitions (9) of a document, to be put behind its head. */
export function encodeSwaggerPart({ paths, definitions }: Swagger): Uint8Array {
  return encode((document) => {
    document.bytes(
      8,
      encode((all) => named(all, 2, paths, encodePathItem)),
    );
    document.bytes(
      9,
      encode((all) => named(all, 1, definitions, encodeSchema)),
    );
  });
}

type Json = { readonly [key: string]: unknown };

const pathItemFields = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 } as const;

function encodePathItem(item: unknown): Uint8Array {
  return encode((message) => {
    for (const [method, number] of Object.entries(pathItemFields)) {
      const operation = record(item)[method];
      if (operation !== undefined) message.bytes(number, encodeOperation(record(operation)));
    }
  });
}

function encodeOperation(operation: Json): Uint8Array {
  return encode((message) => {
    text(message, 3, operation["description"]);
    text(message, 5, operation["operationId"]);
    texts(message, 6, operation["produces"]);
    texts(message, 7, operation["consumes"]);
    for (const parameter of list(operation["parameters"])) {
      message.bytes(
        8,
        encode((item) => item.bytes(1, encodeParameter(record(parameter)))),
      );
    }
    message.bytes(
      9,
      encode((all) => named(all, 1, record(operation["responses"]), encodeResponse)),
    );
    extensions(message, 13, operation);
  });
}

/** Parameter: {1 body} or {2 {3 query | 4 path}}; the two say the same things under different numbers. */
function encodeParameter(parameter: Json): Uint8Array {
  return encode((message) => {
    if (parameter["in"] === "body") {
      message.bytes(
        1,
        encode((body) => {
          text(body, 2, parameter["name"]);
          text(body, 3, parameter["in"]);
          if (parameter["required"] === true) body.varint(4, 1);
          body.bytes(5, encodeSchema(parameter["schema"]));
        }),
      );
      return;
    }
    const isPath = parameter["in"] === "path";
    const inner = encode((scalar) => {
      if (parameter["required"] === true) scalar.varint(1, 1);
      text(scalar, 2, parameter["in"]);
      text(scalar, 3, parameter["description"]);
      text(scalar, 4, parameter["name"]);
      text(scalar, isPath ? 5 : 6, parameter["type"]);
    });
    message.bytes(
      2,
      encode((either) => either.bytes(isPath ? 4 : 3, inner)),
    );
  });
}

function encodeResponse(response: unknown): Uint8Array {
  return encode((value) => {
    value.bytes(
      1,
      encode((message) => {
        text(message, 1, record(response)["description"]);
        const schema = record(response)["schema"];
        if (schema !== undefined)
          message.bytes(
            2,
            encode((item) => item.bytes(1, encodeSchema(schema))),
          );
      }),
    );
  });
}

function encodeSchema(value: unknown): Uint8Array {
  const schema = record(value);
  return encode((message) => {
    text(message, 1, schema["$ref"]);
    text(message, 2, schema["format"]);
    text(message, 4, schema["description"]);
    if (schema["default"] !== undefined) message.bytes(5, encodeAny(schema["default"]));
    double(message, 7, schema["maximum"]);
    double(message, 9, schema["minimum"]);
    integer(message, 11, schema["maxLength"]);
    integer(message, 12, schema["minLength"]);
    text(message, 13, schema["pattern"]);
    integer(message, 14, schema["maxItems"]);
    integer(message, 15, schema["minItems"]);
    texts(message, 19, schema["required"]);
    for (const one of list(schema["enum"])) message.bytes(20, encodeAny(one));
    if (schema["additionalProperties"] !== undefined) {
      message.bytes(
        21,
        encode((item) => item.bytes(1, encodeSchema(schema["additionalProperties"]))),
      );
    }
    if (schema["type"] !== undefined)
      message.bytes(
        22,
        encode((item) => text(item, 1, schema["type"])),
      );
    if (schema["items"] !== undefined) {
      message.bytes(
        23,
        encode((item) => item.bytes(1, encodeSchema(schema["items"]))),
      );
    }
    if (schema["properties"] !== undefined) {
      message.bytes(
        25,
        encode((all) => named(all, 1, record(schema["properties"]), encodeSchema)),
      );
    }
    extensions(message, 31, schema);
  });
}

/** `{1 name, 2 value}` for each entry. */
function named(message: WireWriter, number: number, entries: Json, encodeEntry: (value: unknown) => Uint8Array): void {
  for (const [name, value] of Object.entries(entries)) {
    message.bytes(
      number,
      encode((entry) => {
        entry.string(1, name);
        entry.bytes(2, encodeEntry(value));
      }),
    );
  }
}

function extensions(message: WireWriter, number: number, holder: Json): void {
  const vendor = Object.fromEntries(Object.entries(holder).filter(([name]) => name.startsWith("x-")));
  named(message, number, vendor, encodeAny);
}

/** Any: `{2 yaml}` */
function encodeAny(value: unknown): Uint8Array {
  return encode((any) => any.string(2, `${JSON.stringify(value)}\n`));
}

function encode(write: (message: WireWriter) => void): Uint8Array {
  const message = new WireWriter();
  write(message);
  return message.finish();
}

function text(message: WireWriter, number: number, value: unknown): void {
  if (typeof value === "string" && value !== "") message.string(number, value);
}

function texts(message: WireWriter, number: number, values: unknown): void {
  for (const value of list(values)) message.string(number, String(value));
}

function integer(message: WireWriter, number: number, value: unknown): void {
  if (typeof value === "number") message.varint(number, value);
}

function double(message: WireWriter, number: number, value: unknown): void {
  if (typeof value === "number") message.double(number, value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Json {
  // The renderers put objects in these places; anything else reads as one without keys.
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
