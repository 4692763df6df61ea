import { comesLater, offered } from "./subresources.ts";

/** A path below `/apis/subresources.kubevirt.io/VERSION`. */
export type Route =
  | { readonly to: "version" | "guestfs" | "healthz" }
  | {
      readonly to: "subresource";
      readonly namespace: string;
      readonly owner: keyof typeof offered;
      readonly name: string;
      readonly subresource: string;
      /** What follows, for example the port and protocol of `portforward/80/tcp`. */
      readonly rest: readonly string[];
    }
  | { readonly to: "later"; readonly what: string }
  | { readonly to: "nowhere" };

export function parseRoute(pathname: string): Route {
  const words = pathname.split("/").slice(4).map(decodeURIComponent);
  const [first, namespace, owner, name, subresource, ...rest] = words;
  if (words.length === 1 && (first === "version" || first === "guestfs" || first === "healthz")) return { to: first };
  if (first === "namespaces" && owner === "expand-vm-spec" && name === undefined) return { to: "later", what: owner };
  if (first !== "namespaces" || !namespace || !name || !subresource || !isOwner(owner)) return { to: "nowhere" };
  if (subresource in offered[owner]) return { to: "subresource", namespace, owner, name, subresource, rest };
  return comesLater[owner].includes(subresource) ? { to: "later", what: `${owner}/${subresource}` } : { to: "nowhere" };
}

function isOwner(word: string | undefined): word is keyof typeof offered {
  return word === "virtualmachines" || word === "virtualmachineinstances";
}
