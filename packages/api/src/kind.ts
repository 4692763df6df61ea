import type { ObjectMeta } from "./meta.ts";
import type { Schema } from "./schema.ts";

/** Anything that has an apiVersion, a kind and metadata. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  /** 0 is always shown, higher only with `-o wide`. */
  readonly priority?: number;
}

/**
 * One kind of object: how it is addressed, what it looks like, how it is shown. The same value gives the type (`ObjectOf`), the
 * CRD, the client's paths, defaults, validation and the manual page.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  /** `""` for the core group. */
  readonly group: string;
  /** The stored version. */
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  /** The whole object: apiVersion, kind, metadata (an ObjectMeta), spec, status, … */
  readonly schema: Schema<T>;
  /** Further served versions with the same schema. */
  readonly alsoServed?: readonly {
    readonly version: string;
    readonly deprecated?: boolean;
    readonly deprecationWarning?: string;
  }[];
  readonly subresources?: {
    readonly status?: true;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly printerColumns?: readonly PrinterColumn[];
  /** Paths usable as field selectors beside metadata.name and metadata.namespace, e.g. `spec.nodeName`. */
  readonly selectableFields?: readonly string[];
  /** True for Kubernetes' own kinds: served by the API server itself, never installed as a CRD. */
  readonly builtIn?: true;
}

export type ObjectOf<K> = K extends Kind<infer T> ? T : never;

/** `"v1"` or `"kubevirt.io/v1"`. */
export function apiVersionOf(kind: Pick<Kind, "group" | "version">, version = kind.version): string {
  return kind.group === "" ? version : `${kind.group}/${version}`;
}
