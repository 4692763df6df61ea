import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, having, type Infer, listAtomic, listSet, object, optional, string } from "../../schema.ts";
import { NodeConfigSource } from "./node-config.ts";
import { NodeStatus } from "./node-status.ts";
import { Taint } from "./taint.ts";

export const NodeSpec = object({
  podCIDR: optional(string({ description: "Addresses for its pods.", pb: 1 })),
  podCIDRs: optional(
    listSet(string(), {
      "x-kubernetes-patch-strategy": "merge",
      description: "Addresses for its pods, by family.",
      pb: 7,
    }),
  ),
  providerID: optional(string({ description: "The cloud's name for it.", pb: 3 })),
  unschedulable: optional(boolean({ description: "No new pods.", pb: 4 })),
  taints: optional(listAtomic(Taint, { description: "What keeps pods away that do not tolerate it.", pb: 5 })),
  configSource: optional(having(NodeConfigSource, { pb: 6 })),
  externalID: optional(string({ pb: 2 })),
});
export interface NodeSpec extends Infer<typeof NodeSpec> {}

const nodeSchema = kindObject("A machine that pods run on.", {
  spec: optional(having(NodeSpec, { description: "What is wanted.", pb: 2 })),
  status: optional(having(NodeStatus, { description: "What became of it.", pb: 3 })),
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
