import type { JsonValue } from "@peapod/api";
import { findUnknownFields } from "@peapod/api";
import { type ApiError, badRequest, formatError, invalid, invalidValue, parseYaml, YamlError } from "@peapod/machinery";
import { isObject } from "../apply/shape.ts";
import { bodyEncoding, decodeProtobuf, type Encoding, WireError } from "../front/index.ts";
import type { Registry } from "../registry/registry.ts";
import type { Served } from "../registry/resource.ts";
import { findDuplicateFields } from "../request/duplicate-fields.ts";
import { jsonError } from "../request/json-error.ts";
import type { StoredObject } from "../store/entry.ts";

/** What a body must be: a kind and its version. */
export interface Expected {
  readonly apiVersion: string;
  readonly version: string;
  readonly group: string;
  readonly kind: string;
  readonly isCustom: boolean;
}

/** A body as an object, with the fields that a strict client wants to hear of. */
export interface DecodedBody {
  readonly object: StoredObject;
  /** `unknown field "spec.bogus"`, then `duplicate field "spec.color"` */
  readonly strictProblems: readonly string[];
}

export function expectedOf({ resource, version }: Served): Expected {
  const { group, kind, isCustom } = resource;
  return { apiVersion: version.apiVersion, version: version.version, group, kind, isCustom };
}

/**
 * Reads a body that holds an object. Kubernetes' own kinds may leave out what they are.
 *
 * @param schema  finds fields nobody knows; undefined: do not look
 * @throws {ApiError} in the sentences of Kubernetes' decoders
 */
export function decodeBody(
  body: Uint8Array,
  contentType: string | null,
  expected: Expected,
  {
    registry,
    schema,
  }: { readonly registry: Registry; readonly schema: Served["version"]["kind"]["schema"] | undefined },
): DecodedBody {
  const encoding = bodyEncoding(contentType);
  const { value, duplicates } = readValue(body, encoding, expected, registry, schema !== undefined);
  if (!isObject(value)) throw badRequest(unrecognized(expected, `it is ${JSON.stringify(value)}`, body));
  const object = named(value, expected, body);
  const unknown = schema ? findUnknownFields(schema, object) : [];
  return {
    object,
    strictProblems: [
      ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
      ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ],
  };
}

/** The value of a body, whatever it is. */
function readValue(
  body: Uint8Array,
  encoding: Encoding,
  expected: Expected,
  registry: Registry,
  wantsDuplicates: boolean,
): { readonly value: unknown; readonly duplicates: readonly string[] } {
  if (encoding === "protobuf") {
    try {
      const find = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) =>
        registry.ofKind(apiVersion, kind)?.version.kind.schema ?? registry.bodySchema(apiVersion, kind);
      return { value: decodeProtobuf(body, find), duplicates: [] };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${error.message}`);
    }
  }
  const text = new TextDecoder().decode(body);
  if (encoding === "yaml") {
    try {
      return { value: parseYaml(text), duplicates: [] };
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      const mistake = `couldn't get version/kind; yaml parse error: ${formatError(error)}`;
      throw badRequest(unrecognized(expected, mistake, body));
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const mistake = `couldn't get version/kind; json parse error: ${jsonError(text) ?? "invalid JSON"}`;
    throw badRequest(unrecognized(expected, mistake, body));
  }
  return { value, duplicates: wantsDuplicates ? findDuplicateFields(text) : [] };
}

function named(value: { readonly [key: string]: JsonValue }, expected: Expected, body: Uint8Array): StoredObject {
  const kind = textOr(value["kind"], expected.isCustom ? "" : expected.kind);
  const apiVersion = textOr(value["apiVersion"], expected.isCustom ? "" : expected.apiVersion);
  if (kind === "") {
    throw badRequest(unrecognized(expected, `Object 'Kind' is missing in '${new TextDecoder().decode(body)}'`, body));
  }
  if (apiVersion !== expected.apiVersion) throw wrongVersion(apiVersion, expected);
  const metadata = isObject(value["metadata"]) ? value["metadata"] : {};
  // Every writer below reads metadata through the schema's types; name and uid may still be missing and are then filled in.
  const object = { ...value, apiVersion, kind, metadata } as unknown as StoredObject;
  if (kind !== expected.kind) throw wrongKind(object, expected);
  return object;
}

function wrongVersion(apiVersion: string, expected: Expected): ApiError {
  return badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
  );
}

function wrongKind({ kind, metadata }: StoredObject, expected: Expected): ApiError {
  if (!expected.isCustom) {
    const cannot = `${kind} in version "${expected.version}" cannot be handled as a ${expected.kind}`;
    return badRequest(`${cannot}: no kind "${kind}" is registered for version "${expected.apiVersion}" here`);
  }
  const problem = invalidValue("kind", kind, `must be ${expected.kind}`);
  return invalid({ group: expected.group, kind }, metadata.name ?? "", [problem]);
}

function unrecognized({ kind }: Expected, mistake: string, body: Uint8Array): string {
  return `the object provided is unrecognized (must be of type ${kind}): ${mistake} (${summary(body)})`;
}

const summaryBytes = 1024;

/** What Kubernetes shows of a body: JSON as text, anything else in hex. */
function summary(body: Uint8Array): string {
  if (body.length === 0) return "<empty>";
  const head = Buffer.from(body.subarray(0, summaryBytes));
  const text = body[0] === 0x7b ? head.toString() : head.toString("hex");
  return body.length > summaryBytes ? `${text} ...` : text;
}

function textOr(value: JsonValue | undefined, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

/** The refusal of a strict client's body: `Widget in version "v1" cannot be handled as a Widget: strict decoding error: …` */
export function strictError({ kind, version }: Expected, problems: readonly string[]): ApiError {
  const cannot = `${kind} in version "${version}" cannot be handled as a ${kind}`;
  return badRequest(`${cannot}: strict decoding error: ${problems.join(", ")}`);
}
