import { array, type Infer, integer, map, object, optional, string } from "../../schema.ts";
import { Affinity } from "../core/affinity.ts";
import { Toleration } from "../core/toleration.ts";

export const NodePlacement = object({
  affinity: optional(Affinity),
  nodeSelector: optional(map(string())),
  tolerations: optional(array(Toleration)),
});
export interface NodePlacement extends Infer<typeof NodePlacement> {}

export const ComponentConfig = object({
  nodePlacement: optional(NodePlacement),
  replicas: optional(integer({ format: "byte" })),
});
export interface ComponentConfig extends Infer<typeof ComponentConfig> {}
