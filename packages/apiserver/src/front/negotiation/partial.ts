import type { ObjectMeta } from "@peapod/api";

export interface PartialObjectMetadata {
  readonly kind: "PartialObjectMetadata";
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
}

/** An object reduced to its metadata, for clients that count, garbage-collect or label without looking inside. */
export function partialObject(
  object: { readonly metadata: ObjectMeta },
  metaVersion: "v1" | "v1beta1",
): PartialObjectMetadata {
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${metaVersion}`, metadata: object.metadata };
}

/** A list of such; unlike those of other built-in lists, its items say what they are. */
export function partialList(
  list: { readonly metadata: object; readonly items: readonly { readonly metadata: ObjectMeta }[] },
  metaVersion: "v1" | "v1beta1",
) {
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: list.metadata,
    items: list.items.map((item) => partialObject(item, metaVersion)),
  };
}
