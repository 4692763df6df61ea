import { accessDenied, forbidden, internalError, type UserInfo } from "@peapod/machinery";
import type { Attributes, Authorizer } from "../../engine/call.ts";
import { authenticated } from "./authenticate.ts";

/**
 * Who a request is to be done as: the user who sends it, or the one its `Impersonate-…` headers name, where that is allowed.
 *
 * @throws {ApiError} 403 where it is not, 500 for groups without a user, as upstream
 */
export function impersonated(headers: Headers, user: UserInfo, authorize: Authorizer): UserInfo {
  const username = headers.get("impersonate-user");
  const groups = list(headers.get("impersonate-group"));
  const uid = headers.get("impersonate-uid");
  const extra = extras(headers);
  if (username === null || username === "") {
    if (groups.length === 0 && uid === null && extra.length === 0) return user;
    throw internalError("requested impersonation without impersonating a user");
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  const [, namespace, name] = account ?? [];
  if (account) permit(user, authorize, { group: "", resource: "serviceaccounts", namespace, name });
  else permit(user, authorize, { group: "", resource: "users", name: username });
  for (const group of groups) permit(user, authorize, { group: "", resource: "groups", name: group });
  if (uid !== null) permit(user, authorize, { group: authenticationGroup, resource: "uids", name: uid });
  for (const [key, values] of extra) {
    for (const value of values) {
      const asked = { group: authenticationGroup, resource: "userextras", subresource: key, name: value };
      permit(user, authorize, asked);
    }
  }
  const implied = account ? ["system:serviceaccounts", `system:serviceaccounts:${namespace}`] : [];
  const wanted: UserInfo = {
    username,
    groups: groups.length > 0 ? groups : implied,
    ...(uid !== null && { uid }),
    ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
  };
  return username === "system:anonymous" ? wanted : authenticated(wanted);
}

const authenticationGroup = "authentication.k8s.io";

type Wanted = Pick<Extract<Attributes, { readonly isResource: true }>, "group" | "resource"> & {
  readonly name: string | undefined;
  readonly namespace?: string | undefined;
  readonly subresource?: string | undefined;
};

function permit(user: UserInfo, authorize: Authorizer, wanted: Wanted): void {
  const { group, resource, name, namespace, subresource } = wanted;
  const asked = {
    user,
    verb: "impersonate",
    isResource: true,
    group,
    version: "v1",
    resource,
    subresource,
    namespace,
    name,
  };
  const { allowed, reason } = authorize({ ...asked, isResource: true });
  if (allowed) return;
  const what = { group, plural: resource };
  if (!reason)
    throw accessDenied({ user: user.username, verb: "impersonate", resource: what, subresource, name, namespace });
  throw forbidden(what, name ?? "", reason);
}

function list(header: string | null): readonly string[] {
  return (header ?? "").split(",").flatMap((entry) => entry.trim() || []);
}

/** `Impersonate-Extra-KEY: value`: keys are lower case and percent-encoded. */
function extras(headers: Headers): readonly (readonly [string, readonly string[]])[] {
  const prefix = "impersonate-extra-";
  return [...headers]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [decode(name.slice(prefix.length)), list(value)] as const);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
