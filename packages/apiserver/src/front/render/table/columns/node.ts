import { Node } from "@peapod/api";
import { ageColumn, columnsOf, nameColumn, orElse } from "../column.ts";

export const nodeColumns = columnsOf(Node, [
  nameColumn,
  {
    name: "Status",
    type: "string",
    description: "Whether the node is ready, and whether pods are bound to it.",
    cell: (node) => {
      const ready = node.status?.conditions?.find((condition) => condition.type === "Ready");
      const state = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
      return node.spec?.unschedulable ? `${state},SchedulingDisabled` : state;
    },
  },
  {
    name: "Roles",
    type: "string",
    description: "Roles the node's labels give it.",
    cell: (node) => orElse(rolesOf(node).join(","), "<none>"),
  },
  ageColumn,
  {
    name: "Version",
    type: "string",
    description: "Version the node's agent reports.",
    cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? "",
  },
  {
    name: "Internal-IP",
    type: "string",
    priority: 1,
    description: "Address inside of the cluster.",
    cell: (node) => addressOf(node, "InternalIP"),
  },
  {
    name: "External-IP",
    type: "string",
    priority: 1,
    description: "Address for the outside.",
    cell: (node) => addressOf(node, "ExternalIP"),
  },
  {
    name: "OS-Image",
    type: "string",
    priority: 1,
    description: "Operating system.",
    cell: (node) => orElse(node.status?.nodeInfo?.osImage, "<unknown>"),
  },
  {
    name: "Kernel-Version",
    type: "string",
    priority: 1,
    description: "Kernel.",
    cell: (node) => orElse(node.status?.nodeInfo?.kernelVersion, "<unknown>"),
  },
  {
    name: "Container-Runtime",
    type: "string",
    priority: 1,
    description: "What runs containers, or here guests.",
    cell: (node) => orElse(node.status?.nodeInfo?.containerRuntimeVersion, "<unknown>"),
  },
]);

const rolePrefix = "node-role.kubernetes.io/";

function rolesOf(node: Node): readonly string[] {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(node.metadata.labels ?? {})) {
    if (label.startsWith(rolePrefix) && label.length > rolePrefix.length) roles.add(label.slice(rolePrefix.length));
    else if (label === "kubernetes.io/role" && value !== "") roles.add(value);
  }
  return [...roles].toSorted();
}

function addressOf(node: Node, type: string): string {
  return orElse(node.status?.addresses?.find((address) => address.type === type)?.address, "<none>");
}
