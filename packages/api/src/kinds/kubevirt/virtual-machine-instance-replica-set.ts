import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, boolean, type Infer, int32, object, optional, string } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { VirtualMachineInstanceReplicaSetCondition } from "./condition.ts";
import { v1alpha3 } from "./older-version.ts";
import { VirtualMachineInstanceTemplate } from "./virtual-machine-instance-template.ts";

export const VirtualMachineInstanceReplicaSetSpec = object({
  paused: optional(boolean()),
  replicas: optional(int32()),
  selector: LabelSelector,
  template: VirtualMachineInstanceTemplate,
});
export interface VirtualMachineInstanceReplicaSetSpec extends Infer<typeof VirtualMachineInstanceReplicaSetSpec> {}

export const VirtualMachineInstanceReplicaSetStatus = object({
  conditions: optional(array(VirtualMachineInstanceReplicaSetCondition)),
  labelSelector: optional(string()),
  readyReplicas: optional(int32()),
  replicas: optional(int32()),
});
export interface VirtualMachineInstanceReplicaSetStatus extends Infer<typeof VirtualMachineInstanceReplicaSetStatus> {}

const virtualMachineInstanceReplicaSetSchema = kindObject("Keeps a number of like instances running.", {
  spec: VirtualMachineInstanceReplicaSetSpec,
  status: optional(VirtualMachineInstanceReplicaSetStatus),
});
export interface VirtualMachineInstanceReplicaSet extends Infer<typeof virtualMachineInstanceReplicaSetSchema> {}

export const VirtualMachineInstanceReplicaSet: Kind<VirtualMachineInstanceReplicaSet> = {
  group: "kubevirt.io",
  version: "v1",
  kind: "VirtualMachineInstanceReplicaSet",
  plural: "virtualmachineinstancereplicasets",
  singular: "virtualmachineinstancereplicaset",
  shortNames: ["vmirs", "vmirss"],
  categories: ["all"],
  namespaced: true,
  subresources: {
    status: true,
    scale: {
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.replicas",
      labelSelectorPath: ".status.labelSelector",
    },
  },
  alsoServed: [v1alpha3],
  printerColumns: [
    { name: "Desired", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Current", type: "integer", jsonPath: ".status.replicas" },
    { name: "Ready", type: "integer", jsonPath: ".status.readyReplicas" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
  schema: virtualMachineInstanceReplicaSetSchema,
};
