import { ObjectMeta } from "../meta.ts";
import type { SchemaNode } from "../schema.ts";

const completed = new WeakMap<SchemaNode, SchemaNode>();

/**
 * The schema of a whole object or of an embedded one: apiVersion, kind and metadata are those of every object, whatever a CRD's author
 * wrote about them, except that they may restrict `metadata.name` and `metadata.generateName`. Give a schema parsed from a user's CRD
 * to this before any of the functions of this folder; those of our own kinds are complete already.
 */
export function resourceSchema(schema: SchemaNode): SchemaNode {
  const metadata = schema.properties?.["metadata"];
  if (metadata?.properties === ObjectMeta.properties) return schema;
  const known = completed.get(schema);
  if (known) return known;
  const complete: SchemaNode = {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: "string", ...schema.properties?.["apiVersion"] },
      kind: { type: "string", ...schema.properties?.["kind"] },
      metadata: {
        ...ObjectMeta,
        properties: {
          ...ObjectMeta.properties,
          name: { ...ObjectMeta.properties?.["name"], ...metadata?.properties?.["name"] },
          generateName: { ...ObjectMeta.properties?.["generateName"], ...metadata?.properties?.["generateName"] },
        },
      },
    },
  };
  completed.set(schema, complete);
  return complete;
}

/** A schema as the walkers of this folder see it: an embedded resource is completed. */
export function effectiveSchema(schema: SchemaNode): SchemaNode {
  return schema["x-kubernetes-embedded-resource"] ? resourceSchema(schema) : schema;
}
