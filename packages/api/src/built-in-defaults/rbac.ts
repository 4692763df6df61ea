import { changeAll, fill, type Json } from "./fill.ts";

const group = "rbac.authorization.k8s.io";

/** Roles, users and groups belong to RBAC's own API group; service accounts to the core group, which has no name. */
export function defaultBinding(binding: Json): Json {
  return changeAll(fill(binding, { "roleRef.apiGroup": group }), ["subjects[]"], (subject) => {
    const isRbac = subject["kind"] === "User" || subject["kind"] === "Group";
    return isRbac ? fill(subject, { apiGroup: group }) : subject;
  });
}
