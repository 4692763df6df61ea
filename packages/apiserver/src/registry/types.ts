import type { Kind } from "@peapod/api";

/** One resource as one served version shows it: what discovery, OpenAPI, tables and routes are made from. */
export interface ServedResource {
  readonly kind: Kind;
  /** The served version (may differ from `kind.version`, the stored one). */
  readonly version: string;
  /** The group's preferred version is the first one served. */
  readonly preferred: boolean;
  readonly deprecationWarning?: string;
  /** Subset of create delete deletecollection get list patch update watch. */
  readonly verbs: readonly string[];
  /** `status`, `scale`, `binding`, `log`, `token`, `eviction`, `finalize`, … with their verbs and body kind. */
  readonly subresources: readonly {
    readonly name: string;
    readonly verbs: readonly string[];
    readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  }[];
  /** Base64 storage version hash, as discovery shows it. */
  readonly storageVersionHash?: string;
}

/** All that is served now; `generation` grows with every change (a CRD, an extension), so documents can be cached by it. */
export interface ServedResources {
  readonly generation: number;
  readonly resources: readonly ServedResource[];
}
