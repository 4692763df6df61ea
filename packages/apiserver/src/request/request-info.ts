/** What a request asks for, read from its method, path and query alone. */
export type RequestInfo = ResourceRequest | PathRequest;

export interface ResourceRequest {
  readonly isResource: true;
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  /** The plural. */
  readonly resource: string;
  readonly subresource: string | undefined;
  /** What follows the subresource: `proxy/a/b` has `["a", "b"]`. */
  readonly rest: readonly string[];
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly path: string;
}

/** `/healthz`, `/apis`, `/openapi/v3`: no resource. */
export interface PathRequest {
  readonly isResource: false;
  /** The method in lower case. */
  readonly verb: string;
  readonly path: string;
}

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

const verbs: Readonly<Record<string, Verb>> = {
  GET: "get",
  HEAD: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Subresources of namespaces, which otherwise would read as resources inside one. */
const namespaceSubresources = new Set(["status", "finalize"]);

/**
 * @throws {URIError} when the path has a broken percent escape
 */
export function readRequestInfo(method: string, url: URL): RequestInfo {
  const path = url.pathname;
  const other: PathRequest = { isResource: false, verb: method.toLowerCase(), path };
  const parts = path.split("/").slice(1);
  if (parts.at(-1) === "") parts.pop();
  const isCore = parts[0] === "api";
  if (!isCore && parts[0] !== "apis") return other;
  const [group = "", version] = isCore ? ["", parts[1]] : [parts[1], parts[2]];
  const steps = parts.slice(isCore ? 2 : 3).map(decodeURIComponent);
  const verb = verbs[method];
  if (version === undefined || steps.length === 0 || verb === undefined) return other;

  const isOldWatch = steps[0] === "watch" && steps.length > 1;
  if (isOldWatch) steps.shift();
  const isInNamespace =
    steps[0] === "namespaces" && steps.length > 2 && !(steps.length === 3 && namespaceSubresources.has(steps[2] ?? ""));
  const namespace = isInNamespace ? steps[1] : undefined;
  const [resource = "", name, subresource, ...rest] = isInNamespace ? steps.slice(2) : steps;
  const place = {
    isResource: true as const,
    group,
    version,
    resource,
    subresource,
    rest,
    namespace: namespace ?? (group === "" && resource === "namespaces" ? name : undefined),
    path,
  };
  if (isOldWatch) return { ...place, name, verb: "watch" };
  if (name !== undefined) return { ...place, name, verb };
  const selected = nameInSelector(url.searchParams.get("fieldSelector"));
  if (verb === "delete") return { ...place, name: selected, verb: "deletecollection" };
  if (verb !== "get") return { ...place, name: undefined, verb };
  return { ...place, name: selected, verb: isTrue(url.searchParams.get("watch")) ? "watch" : "list" };
}

/** Go's reading of a boolean in a query: everything is true but `0`, `false` and absence. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

/** Does the request name one object in its path (a selector may name one too)? */
export function namesObject(info: ResourceRequest): boolean {
  return info.verb !== "list" && info.verb !== "watch" && info.verb !== "deletecollection" && info.name !== undefined;
}

function nameInSelector(selector: string | null): string | undefined {
  return /(?:^|,)metadata\.name==?([^,=!\\]+)(?:,|$)/.exec(selector ?? "")?.[1];
}
