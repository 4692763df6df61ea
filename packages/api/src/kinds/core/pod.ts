import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, optional } from "../../schema.ts";
import { PodSpec } from "./pod-spec.ts";
import { PodStatus } from "./pod-status.ts";

const podSchema = kindObject("Containers that run together on one node. Here, the launcher of one guest.", {
  spec: optional(having(PodSpec, { description: "What is wanted.", pb: 2 })),
  status: optional(having(PodStatus, { description: "What became of it.", pb: 3 })),
});
export interface Pod extends Infer<typeof podSchema> {}

export const Pod: Kind<Pod> = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  shortNames: ["po"],
  categories: ["all"],
  namespaced: true,
  subresources: { status: true },
  selectableFields: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  builtIn: true,
  schema: podSchema,
};
