import { notAcceptable, unsupportedMediaType } from "@peapod/machinery";
import { covers, parseAccept, parseMediaType } from "./media-type.ts";

export type Encoding = "json" | "yaml" | "protobuf";

/** How a client wants to be answered. */
export interface AnswerForm {
  readonly encoding: Encoding;
  readonly as: "object" | "table" | "partial" | "partialList";
  /** Version of meta.k8s.io for tables and partial objects. */
  readonly metaVersion: "v1" | "v1beta1";
}

/** Named in refusals; protobuf is listed even where a kind has none, as upstream does. */
export const objectMediaTypes = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
] as const;

const encodings: Readonly<Record<(typeof objectMediaTypes)[number], Encoding>> = {
  "application/json": "json",
  "application/yaml": "yaml",
  "application/vnd.kubernetes.protobuf": "protobuf",
};

/**
 * Chooses the form of an answer. JSON is preferred to protobuf wherever both will do: every client that asks for both takes it.
 *
 * @param accept  the Accept header; null and "" mean anything
 * @param can     what there is for this kind: protobuf where its schema has wire numbers, tables and partial objects for stored kinds
 * @throws {ApiError} 406, with the sentence that lists the types
 */
export function negotiateAnswer(
  accept: string | null,
  can: { readonly protobuf: boolean; readonly transform: boolean },
): AnswerForm {
  const asObject: AnswerForm = { encoding: "json", as: "object", metaVersion: "v1" };
  if (accept === null || accept.trim() === "") return asObject;
  let protobuf: AnswerForm | undefined;
  for (const { type, parameters } of parseAccept(accept)) {
    const encoding = objectMediaTypes.find(
      (known) => covers(type, known) && (known !== objectMediaTypes[2] || can.protobuf),
    );
    const form = answerForm(parameters, can.transform);
    if (encoding === undefined || form === undefined) continue;
    const chosen = { encoding: encodings[encoding], ...form };
    if (chosen.encoding !== "protobuf") return chosen;
    // Tables are not made in protobuf, and partial objects need not be.
    if (chosen.as === "object") protobuf ??= chosen;
  }
  if (protobuf) return protobuf;
  throw notAcceptable(objectMediaTypes);
}

/**
 * The encoding of a body that holds an object (not a patch).
 *
 * @param contentType  the header; null and "" mean JSON
 * @throws {ApiError} 415, with the sentence that lists the types
 */
export function bodyEncoding(contentType: string | null): Encoding {
  if (contentType === null || contentType.trim() === "") return "json";
  const type = parseMediaType(contentType)?.type;
  const known = objectMediaTypes.find((one) => one === type);
  if (known === undefined) throw unsupportedMediaType(objectMediaTypes);
  return encodings[known];
}

/** The type of a patch body without its parameters: `application/merge-patch+json`. */
export function patchType(contentType: string | null): string {
  return parseMediaType(contentType ?? "")?.type ?? "";
}

function answerForm(parameters: ReadonlyMap<string, string>, canTransform: boolean) {
  const target = parameters.get("as");
  const group = parameters.get("g");
  if (target === undefined && group === undefined) return { as: "object", metaVersion: "v1" } as const;
  const version = parameters.get("v");
  const as = target === undefined ? undefined : transforms[target];
  if (!canTransform || as === undefined || group !== "meta.k8s.io") return undefined;
  if (version !== "v1" && version !== "v1beta1") return undefined;
  return { as, metaVersion: version } as const;
}

const transforms: { readonly [target: string]: "table" | "partial" | "partialList" | undefined } = {
  Table: "table",
  PartialObjectMetadata: "partial",
  PartialObjectMetadataList: "partialList",
};
