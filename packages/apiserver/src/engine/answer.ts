import type { KubeObject } from "@peapod/api";
import { ApiError, badRequest, failure, formatYaml, type Status } from "@peapod/machinery";
import {
  type AnswerForm,
  encodeProtobuf,
  listSchema,
  negotiateAnswer,
  parseIncludeObject,
  partialList,
  partialObject,
  protobufType,
  renderTable,
  warningHeaders,
} from "../front/index.ts";
import { wholeResponse } from "../front/whole-response.ts";
import type { Entry, StoredObject } from "../store/entry.ts";
import type { Call } from "./call.ts";
import { bareBodyOf, bodyOf, objectOf } from "./view.ts";

/** How this client wants to be answered. @throws {ApiError} 406 */
export function formOf({ request, served }: Call): AnswerForm {
  const protobuf = served.version.kind.builtIn === true;
  return negotiateAnswer(request.headers.get("accept"), { protobuf, transform: true });
}

/** An object that is stored. */
export function answerEntry(call: Call, entry: Entry, code = 200): Response {
  const form = formOf(call);
  if (form.as === "object" && form.encoding === "json") {
    return answerBytes(call, Buffer.concat([bodyOf(call.served, entry), lineFeed]), "application/json", code);
  }
  return answerObject(call, objectOf(call.served, entry), code);
}

/** Any object of the request's kind, stored or not. */
export function answerObject(call: Call, object: StoredObject, code = 200): Response {
  const form = formOf(call);
  const shown = withForm(call, form, object);
  const schema = form.as === "object" ? call.served.version.kind.schema : undefined;
  return answerValue(call, shown, form, code, schema);
}

/** A body that is not of the request's kind: a Scale, a TokenRequest. JSON or YAML. */
export function answerOther(call: Call, value: object, code = 200): Response {
  const form = negotiateAnswer(call.request.headers.get("accept"), { protobuf: false, transform: false });
  return answerValue(call, value, form, code, undefined);
}

export function answerStatus(call: Call, status: Status, code = 200): Response {
  return answerBytes(call, Buffer.from(`${JSON.stringify(status)}\n`), "application/json", code);
}

export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export function answerList(call: Call, entries: readonly Entry[], meta: ListMeta): Response {
  const form = formOf(call);
  if (form.as === "partial") {
    throw notAcceptablePartial(call);
  }
  if (form.as === "object" && form.encoding === "json") {
    return answerBytes(call, listBytes(call, entries, meta), "application/json", 200);
  }
  const objects = entries.map((entry) => objectOf(call.served, entry));
  const { resource, version } = call.served;
  if (form.as === "table") {
    const table = renderTable(version.kind, asKubeObjects(objects), {
      now: call.engine.now(),
      includeObject: parseIncludeObject(call.query.get("includeObject")),
      metaVersion: form.metaVersion,
      metadata: meta,
    });
    return answerValue(call, table, form, 200, undefined);
  }
  const metadata = listMetadata(call, meta);
  if (form.as === "partialList") {
    return answerValue(call, partialList({ metadata, items: objects }, form.metaVersion), form, 200, undefined);
  }
  const type = { apiVersion: version.apiVersion, kind: resource.listKind };
  const items = resource.isCustom ? objects : objects.map(({ apiVersion: _, kind: __, ...rest }) => rest);
  return answerValue(call, { ...type, metadata, items }, form, 200, listSchema(version.kind.schema));
}

/** A list in pieces that are already bytes: nothing is parsed, nothing printed. */
function listBytes(call: Call, entries: readonly Entry[], meta: ListMeta): Uint8Array {
  const { resource, version } = call.served;
  const apiVersion = JSON.stringify(version.apiVersion);
  const kind = JSON.stringify(resource.listKind);
  const metadata = JSON.stringify(listMetadata(call, meta));
  const pieces: Uint8Array[] = [];
  const start = resource.isCustom
    ? `{"apiVersion":${apiVersion},"items":[`
    : `{"kind":${kind},"apiVersion":${apiVersion},"metadata":${metadata},"items":[`;
  pieces.push(Buffer.from(start));
  for (const [index, entry] of entries.entries()) {
    if (index > 0) pieces.push(comma);
    if (resource.isCustom) pieces.push(bodyOf(call.served, entry));
    else pieces.push(...bareBodyOf(call.served, entry));
  }
  pieces.push(Buffer.from(resource.isCustom ? `],"kind":${kind},"metadata":${metadata}}\n` : "]}\n"));
  return Buffer.concat(pieces);
}

/** Lists of custom resources always say `continue`, built-in ones only when there is more. */
function listMetadata({ served }: Call, { resourceVersion, continue: token, remainingItemCount }: ListMeta) {
  return {
    ...(served.resource.isCustom ? { continue: token ?? "" } : {}),
    ...(remainingItemCount !== undefined && { remainingItemCount }),
    resourceVersion,
    ...(!served.resource.isCustom && token !== undefined && token !== "" && { continue: token }),
  };
}

export function withForm(call: Call, form: AnswerForm, object: StoredObject): object {
  if (form.as === "object") return object;
  if (form.as === "partial") return partialObject(object, form.metaVersion);
  if (form.as === "partialList") throw badRequest("a single object cannot be shown as PartialObjectMetadataList");
  const [shown] = asKubeObjects([object]);
  const { resourceVersion } = object.metadata;
  return renderTable(call.served.version.kind, shown ? [shown] : [], {
    now: call.engine.now(),
    includeObject: parseIncludeObject(call.query.get("includeObject")),
    metaVersion: form.metaVersion,
    metadata: { ...(resourceVersion !== undefined && { resourceVersion }) },
  });
}

/** What front renders are the same objects under the API's own types. */
export function asKubeObjects(objects: readonly StoredObject[]): readonly KubeObject[] {
  return objects as unknown as readonly KubeObject[];
}

function answerValue(
  call: Call,
  value: object,
  form: AnswerForm,
  code: number,
  schema: Parameters<typeof encodeProtobuf>[0] | undefined,
): Response {
  if (form.encoding === "yaml") return answerBytes(call, Buffer.from(formatYaml(value)), "application/yaml", code);
  if (form.encoding === "protobuf" && schema) {
    const typed = value as { readonly apiVersion: string; readonly kind: string }; // whole objects and lists say what they are
    return answerBytes(call, encodeProtobuf(schema, typed), protobufType, code);
  }
  return answerBytes(call, Buffer.from(`${JSON.stringify(value)}\n`), "application/json", code);
}

/** People at a terminal get indented JSON. */
function wantsPretty({ request, query }: Call): boolean {
  const pretty = query.get("pretty");
  if (pretty !== null) return pretty !== "0" && pretty !== "false";
  return /^(curl|Wget|Mozilla\/5\.0)/.test(request.headers.get("user-agent") ?? "");
}

function indent(bytes: Uint8Array): Uint8Array {
  return Buffer.from(`${JSON.stringify(JSON.parse(Buffer.from(bytes).toString()), undefined, 2)}\n`);
}

function answerBytes(call: Call, bytes: Uint8Array, contentType: string, code: number): Response {
  const headers = new Headers({ "content-type": contentType, "cache-control": "no-cache, private" });
  for (const warning of warningHeaders(call.warnings)) headers.append("warning", warning);
  const body = contentType === "application/json" && wantsPretty(call) ? indent(bytes) : bytes;
  if (call.request.method === "HEAD") return new Response(null, { status: code, headers });
  // The bytes are ours, or shared and never modified; nobody behind a Response can write to them.
  return wholeResponse(body as Uint8Array<ArrayBuffer>, { status: code, headers });
}

function notAcceptablePartial({ served }: Call) {
  const { resource, version } = served;
  const list = `*${version.version}.${resource.listKind}`;
  const sentence = `you requested PartialObjectMetadata, but the requested object is a list (${list})`;
  return new ApiError(failure(sentence, { reason: "NotAcceptable" }));
}

const lineFeed = Buffer.from("\n");
const comma = Buffer.from(",");
