import { applyDefaults, defaultObject, type KubeObject, prune } from "@peapod/api";
import { type Resource, type Served, schemaOf } from "../registry/resource.ts";
import type { StoredObject } from "../store/entry.ts";
import { tidyBuiltIn, tidyMetadata } from "./tidy.ts";

/** An object as its kind says it is: without unknown fields, with the schema's defaults. */
export function normalize(served: Served, object: StoredObject): StoredObject {
  const schema = schemaOf(served);
  if (served.resource.isCustom) return applyDefaults(schema, prune(schema, tidyMetadata(object)));
  const filled = applyDefaults(schema, prune(schema, tidyBuiltIn(schema, object)));
  return defaultObject(served.version.kind, filled as unknown as KubeObject) as unknown as StoredObject;
}

/** The stored form of a resource, as a version to normalise with. Undefined for a definition that serves its stored version no more. */
export function storedVersion(resource: Resource): Served | undefined {
  const version = resource.versions.find((one) => one.apiVersion === resource.storedApiVersion) ?? resource.versions[0];
  return version && { resource, version };
}
