import { parseTarget, type Target } from "../port-forward/parse.ts";

export interface LoginTarget extends Target {
  /** Undefined: the target does not say. */
  readonly user: string | undefined;
}

/**
 * `user@vm/web`, `vmi/web/namespace`, and as older versions have it `vmi/web.namespace`.
 *
 * @throws {Error} in upstream's words
 */
export function parseLogin(text: string): LoginTarget {
  const at = text.lastIndexOf("@");
  const user = at < 0 ? undefined : text.slice(0, at);
  if (user === "") throw new Error("expected username before '@'");
  if (text.slice(at + 1) === "") throw new Error("expected target after '@'");
  const target = parseTarget(text.slice(at + 1));
  const dot = target.name.lastIndexOf(".");
  if (target.namespace !== undefined || dot < 0) return { ...target, user };
  const [name, namespace] = [target.name.slice(0, dot), target.name.slice(dot + 1)];
  if (name === "" || namespace === "") throw new Error("expected name before and namespace after '.'");
  return { ...target, user, name, namespace };
}

/** A file on this side, or of a machine. */
export type Place =
  | { readonly is: "local"; readonly path: string }
  | { readonly is: "remote"; readonly target: LoginTarget; readonly path: string };

/**
 * What is copied from where to where: exactly one of both is a machine's.
 *
 * @throws {Error} in upstream's words
 */
export function parseCopy(
  from: string,
  to: string,
): { readonly from: Place; readonly to: Place; readonly target: LoginTarget } {
  const [source, destination] = [parsePlace(from), parsePlace(to)];
  if (source.is === "remote" && destination.is === "remote") {
    throw new Error(
      `copying from a remote location to another remote location is not supported: ${quote(from)} to ${quote(to)}`,
    );
  }
  const remote = source.is === "remote" ? source : destination;
  if (remote.is === "local") {
    throw new Error(`none of the two provided locations seems to be a remote location: ${quote(from)} to ${quote(to)}`);
  }
  return { from: source, to: destination, target: remote.target };
}

function parsePlace(text: string): Place {
  const colon = text.indexOf(":");
  if (colon < 0) return { is: "local", path: text };
  return { is: "remote", target: parseLogin(text.slice(0, colon)), path: text.slice(colon + 1) };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
