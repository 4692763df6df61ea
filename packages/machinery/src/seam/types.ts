/** Who asks. Filled by listeners after authentication, never taken from a header. */
export interface UserInfo {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: { readonly [key: string]: readonly string[] };
}

export interface RequestContext {
  readonly user: UserInfo;
}

/** The API as a function: ordinary requests and answers; a watch or followed log is a streaming body ended by the request's signal. */
export type ApiFetch = (request: Request, context: RequestContext) => Promise<Response>;

/** An upgraded connection. Message boundaries do not matter: `plain.kubevirt.io` is raw bytes. */
export interface Connection {
  /** The chosen websocket subprotocol, `""` if the client asked for none. */
  readonly protocol: string;
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

export type ApiConnect = (request: Request, context: RequestContext) => Promise<Connection | Response>;

export interface Api {
  readonly fetch: ApiFetch;
  readonly connect: ApiConnect;
}

/**
 * A group served beside the API server's own (`subresources.kubevirt.io`). In standalone it is mounted in the server, after
 * authentication and authorisation; on a cluster the gateway listens for an APIService.
 */
export interface ApiExtension extends Api {
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly string[];
  /** As in an APIResourceList. */
  readonly resources: readonly {
    readonly name: string;
    readonly singularName: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly verbs: readonly string[];
  }[];
}

/** A client's own fetch: the seam. Bound to an identity (in-process: a service account; kubeconfig: a certificate or token). */
export type ClientFetch = (request: Request) => Promise<Response>;
export type ClientConnect = (request: Request) => Promise<Connection | Response>;
