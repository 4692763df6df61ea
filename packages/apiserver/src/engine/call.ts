import type { Admission, Kind } from "@peapod/api";
import type { ClientConnect, ClientFetch, Log, UserInfo } from "@peapod/machinery";
import type { ServiceAccountTokens } from "../front/authentication/service-account-tokens.ts";
import type { Registry } from "../registry/registry.ts";
import type { Served } from "../registry/resource.ts";
import type { ResourceRequest } from "../request/request-info.ts";
import type { Store } from "../store/store.ts";
import type { WatchStream } from "../watch/watch-stream.ts";

/** What every request is answered from. */
export interface Engine {
  readonly store: Store;
  readonly registry: Registry;
  readonly admissions: readonly Admission[];
  readonly authorizer: Authorizer;
  readonly now: () => Date;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly log: Log;
  /** Reaches the agent of a node, for logs. */
  readonly nodeProxy: NodeProxy | undefined;
  readonly tokens: ServiceAccountTokens | undefined;
  /** Open watches, so that they can be ended when their resource or the server goes. */
  readonly watches: Set<WatchStream>;
}

/** One request for a resource that is served. */
export interface Call {
  readonly engine: Engine;
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly info: ResourceRequest;
  readonly served: Served;
  readonly user: UserInfo;
  /** Sentences for `Warning:` headers, in order. */
  readonly warnings: string[];
}

/** What somebody wants to do. */
export type Attributes = { readonly user: UserInfo; readonly verb: string } & (
  | {
      readonly isResource: true;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string | undefined;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
    }
  | { readonly isResource: false; readonly path: string }
);

export interface Decision {
  readonly allowed: boolean;
  /** Why, for access reviews: `RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to User "bob"`. */
  readonly reason?: string | undefined;
}

export type Authorizer = (attributes: Attributes) => Decision;

export interface NodeProxy {
  readonly fetch: (nodeName: string) => ClientFetch;
  readonly connect: (nodeName: string) => ClientConnect;
}

export function resourceNames({ resource }: Served): {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
} {
  return { group: resource.group, plural: resource.plural, kind: resource.kind };
}

export function isKind(kind: Pick<Kind, "group" | "kind">, other: Pick<Kind, "group" | "kind">): boolean {
  return kind.group === other.group && kind.kind === other.kind;
}
