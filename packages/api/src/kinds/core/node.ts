import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, having, type Infer, listAtomic, listSet, object, optional, string } from "../../schema.ts";
import { NodeConfigSource } from "./node-config.ts";
import { NodeStatus } from "./node-status.ts";
import { Taint } from "./taint.ts";

export const NodeSpec = object({
  podCIDR: optional(string({ pb: 1 })),
  podCIDRs: optional(listSet(string(), { "x-kubernetes-patch-strategy": "merge", pb: 7 })),
  providerID: optional(string({ pb: 3 })),
  unschedulable: optional(boolean({ pb: 4 })),
  taints: optional(listAtomic(Taint, { pb: 5 })),
  configSource: optional(having(NodeConfigSource, { pb: 6 })),
  externalID: optional(string({ pb: 2 })),
});
export interface NodeSpec extends Infer<typeof NodeSpec> {}

const nodeSchema = kindObject({
  spec: optional(having(NodeSpec, { pb: 2 })),
  status: optional(having(NodeStatus, { pb: 3 })),
});
export interface Node extends Infer<typeof nodeSchema> {}

export const Node: Kind<Node> = {
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  singular: "node",
  shortNames: ["no"],
  namespaced: false,
  subresources: { status: true },
  selectableFields: ["spec.unschedulable"],
  builtIn: true,
  schema: nodeSchema,
};
