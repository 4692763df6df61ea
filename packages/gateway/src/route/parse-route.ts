import { comesLater, type Manner, type Owner, offered } from "./subresources.ts";

export interface SubresourceRoute {
  readonly to: "subresource";
  readonly namespace: string;
  readonly owner: Owner;
  readonly name: string;
  readonly subresource: string;
  readonly manner: Manner;
  /** What follows, for example the port and protocol of `portforward/80/tcp`. */
  readonly rest: readonly string[];
}

/** A path below `/apis/subresources.kubevirt.io/VERSION`. */
export type Route =
  | { readonly to: "version" | "guestfs" | "healthz" }
  | { readonly to: "expand-vm-spec"; readonly namespace: string }
  | SubresourceRoute
  | { readonly to: "later"; readonly sentence: string }
  | { readonly to: "nowhere" };

export function parseRoute(pathname: string): Route {
  const words = pathname.split("/").slice(4).map(decode);
  const [first, namespace, owner, name, subresource, ...rest] = words;
  if (words.length === 1 && (first === "version" || first === "guestfs" || first === "healthz")) return { to: first };
  if (first !== "namespaces" || !namespace) return { to: "nowhere" };
  if (owner === "expand-vm-spec" && name === undefined) return { to: "expand-vm-spec", namespace };
  if (!name || !subresource || !isOwner(owner)) return { to: "nowhere" };
  const manner = own(offered[owner], subresource);
  if (manner !== undefined && (rest.length === 0 || subresource === "portforward")) {
    return { to: "subresource", namespace, owner, name, subresource, manner, rest };
  }
  const sentence = own(comesLater[owner], subresource);
  return sentence === undefined ? { to: "nowhere" } : { to: "later", sentence };
}

function isOwner(word: string | undefined): word is Owner {
  return word === "virtualmachines" || word === "virtualmachineinstances";
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A path that cannot be decoded leads nowhere. */
function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return "";
  }
}
