import type { Kind, SchemaNode } from "@peapod/api";
import type { Strategy } from "../kinds/strategy.ts";
import type { StoredObject } from "../store/entry.ts";

/** One kind of thing that can be asked for under a group and a plural, in all its versions. */
export interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  /** The collection of the store that holds it: `pods`, `virtualmachines.kubevirt.io`. */
  readonly storage: string;
  /** apiVersion of the stored form. */
  readonly storedApiVersion: string;
  /** Served ones, the preferred first. */
  readonly versions: readonly ResourceVersion[];
  readonly strategy: Strategy;
  /** Defined by a CustomResourceDefinition. */
  readonly isCustom: boolean;
  /** Its definition is being deleted: instances go, none come. */
  readonly isTerminating?: boolean | undefined;
  /** Grows when the schema may have changed: objects read back are brought up to it. */
  readonly schemaAge: number;
}

/** One served version of a resource. */
export interface ResourceVersion {
  readonly version: string;
  /** `"v1"`, `"kubevirt.io/v1"` */
  readonly apiVersion: string;
  /** Schema, columns, selectable fields and subresources of this version. */
  readonly kind: Kind;
  readonly deprecationWarning?: string | undefined;
  /** Where a version differs from the stored form in more than its apiVersion. */
  readonly conversion?: Conversion | undefined;
}

export interface Conversion {
  readonly toStored: (object: StoredObject) => StoredObject;
  readonly fromStored: (object: StoredObject) => StoredObject;
  /** The stored form's path of a selectable field. */
  readonly storedField: (path: string) => string;
}

/** A resource as one request meets it. */
export interface Served {
  readonly resource: Resource;
  readonly version: ResourceVersion;
}

export function schemaOf({ version }: Served): SchemaNode {
  return version.kind.schema;
}

export function hasStatus({ version }: Served): boolean {
  return version.kind.subresources?.status === true;
}

/** From the form a client sees to the stored one. */
export function toStored({ resource, version }: Served, object: StoredObject): StoredObject {
  const converted = version.conversion ? version.conversion.toStored(object) : object;
  return converted.apiVersion === resource.storedApiVersion && converted.kind === resource.kind
    ? converted
    : { ...converted, apiVersion: resource.storedApiVersion };
}

export function fromStored({ version }: Served, object: StoredObject): StoredObject {
  const converted = version.conversion ? version.conversion.fromStored(object) : object;
  return converted.apiVersion === version.apiVersion ? converted : { ...converted, apiVersion: version.apiVersion };
}
