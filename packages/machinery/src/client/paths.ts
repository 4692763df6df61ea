import { apiVersionOf, type Kind } from "@peapod/api";

export interface PathParts {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  /** Another served version than the stored one. */
  readonly version?: string | undefined;
}

/** `/apis/kubevirt.io/v1/namespaces/default/virtualmachines/web`. The namespace is ignored for kinds that have none. */
export function pathOf(kind: Pick<Kind, "group" | "version" | "plural" | "namespaced">, parts: PathParts = {}): string {
  const root = kind.group === "" ? "/api" : "/apis";
  let path = `${root}/${apiVersionOf(kind, parts.version ?? kind.version)}`;
  if (kind.namespaced && parts.namespace) path += `/namespaces/${encodeURIComponent(parts.namespace)}`;
  path += `/${kind.plural}`;
  if (parts.name !== undefined) path += `/${encodeURIComponent(parts.name)}`;
  if (parts.subresource) path += `/${parts.subresource}`;
  return path;
}

/** `"namespace/name"`, or the name alone where there is no namespace. */
export function keyOf(object: {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string | undefined };
}): string {
  const { namespace, name = "" } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** The reverse of `keyOf`. */
export function parseKey(key: string): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
