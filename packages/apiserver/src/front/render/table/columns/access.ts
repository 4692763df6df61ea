import { ClusterRole, ClusterRoleBinding, Role, RoleBinding, type Subject } from "@peapod/api";
import { ageColumn, type Column, columnsOf, createdAtColumn, nameColumn } from "../column.ts";

export const roleColumns = columnsOf(Role, [nameColumn, createdAtColumn]);
export const clusterRoleColumns = columnsOf(ClusterRole, [nameColumn, createdAtColumn]);
export const roleBindingColumns = columnsOf(RoleBinding, bindingColumns<RoleBinding>());
export const clusterRoleBindingColumns = columnsOf(ClusterRoleBinding, bindingColumns<ClusterRoleBinding>());

function bindingColumns<T extends RoleBinding | ClusterRoleBinding>(): readonly Column<T>[] {
  return [
    nameColumn,
    {
      name: "Role",
      type: "string",
      description: "The role that is granted.",
      cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
    },
    ageColumn,
    subjectColumn("Users", "Users it is granted to.", "User"),
    subjectColumn("Groups", "Groups it is granted to.", "Group"),
    subjectColumn("ServiceAccounts", "Service accounts it is granted to.", "ServiceAccount"),
  ];
}

function subjectColumn<T extends RoleBinding | ClusterRoleBinding>(
  name: string,
  description: string,
  kind: string,
): Column<T> {
  return {
    name,
    type: "string",
    priority: 1,
    description,
    cell: ({ subjects = [] }) =>
      subjects
        .filter((subject) => subject.kind === kind)
        .map(nameOf)
        .join(", "),
  };
}

function nameOf({ kind, namespace, name }: Subject): string {
  return kind === "ServiceAccount" && namespace ? `${namespace}/${name}` : name;
}
