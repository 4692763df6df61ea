import {
  DeleteOptions,
  ListMeta,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  type SchemaNode,
  Status,
} from "@peapod/api";
import type { ServedResource } from "../../../registry/types.ts";
import { definitionName, metaNames } from "./names.ts";
import { type OpenApiSchema, type OpenApiVersion, reference, renderSchema } from "./schema.ts";

export type Definitions = { readonly [name: string]: OpenApiSchema };

/** The kind and its list, each with the group, version and kind by which clients find it. */
export function renderKindDefinitions({ kind, version }: ServedResource, openApi: OpenApiVersion): Definitions {
  const name = definitionName(kind, version);
  const { group } = kind;
  return {
    [name]: {
      ...renderSchema(withTypeMeta(kind.schema), openApi),
      "x-kubernetes-group-version-kind": [{ group, kind: kind.kind, version }],
    },
    [`${name}List`]: {
      description: `A list of ${kind.kind} objects.`,
      type: "object",
      required: ["items"],
      properties: {
        ...typeMetaSchemas,
        metadata: reference(metaNames.listMeta, openApi),
        items: { type: "array", items: reference(name, openApi) },
      },
      "x-kubernetes-group-version-kind": [{ group, kind: `${kind.kind}List`, version }],
    },
  };
}

/** What all documents share: metadata, errors, options. */
export function renderMetaDefinitions(openApi: OpenApiVersion): Definitions {
  return {
    [metaNames.objectMeta]: renderSchema(ObjectMeta, openApi),
    [metaNames.ownerReference]: renderSchema(OwnerReference, openApi),
    [metaNames.managedFieldsEntry]: renderSchema(ManagedFieldsEntry, openApi),
    [metaNames.fieldsV1]: { description: "A set of fields, as a tree of their names.", type: "object" },
    [metaNames.listMeta]: renderSchema(ListMeta, openApi),
    [metaNames.deleteOptions]: {
      ...renderSchema(DeleteOptions, openApi),
      "x-kubernetes-group-version-kind": [{ group: "", kind: "DeleteOptions", version: "v1" }],
    },
    [metaNames.patch]: {
      description: "A JSON patch, a merge patch, a strategic merge patch or an applied configuration.",
      type: "object",
    },
    [metaNames.status]: {
      ...renderSchema(Status, openApi),
      description: "The outcome of a call that does not answer with an object.",
      "x-kubernetes-group-version-kind": [{ group: "", kind: "Status", version: "v1" }],
    },
  };
}

const typeMetaSchemas = {
  apiVersion: { description: "Group and version of this representation of the object.", type: "string" },
  kind: { description: "The kind of object this is.", type: "string" },
} as const;

/** Schemas of custom resources may leave out what every object has, or say `metadata: {type: object}`. */
function withTypeMeta(schema: SchemaNode): SchemaNode {
  const { apiVersion, kind, metadata, ...rest } = schema.properties ?? {};
  return {
    ...schema,
    properties: {
      apiVersion: describe(apiVersion, typeMetaSchemas.apiVersion),
      kind: describe(kind, typeMetaSchemas.kind),
      metadata: { ...ObjectMeta, description: metadata?.description ?? "Standard metadata of every object." },
      ...rest,
    },
    // The API server fills these in from the path, so a manifest may leave them out.
    required: schema.required?.filter((name) => !["apiVersion", "kind", "metadata"].includes(name)) ?? [],
  };
}

function describe(node: SchemaNode | undefined, fallback: SchemaNode): SchemaNode {
  return node?.description === undefined ? { ...fallback, ...node } : node;
}
