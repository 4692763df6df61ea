import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, optional } from "../../schema.ts";
import { v1alpha3 } from "./older-version.ts";
import { VirtualMachineInstanceSpec } from "./virtual-machine-instance-spec.ts";
import { VirtualMachineInstanceStatus } from "./virtual-machine-instance-status.ts";

const virtualMachineInstanceSchema = kindObject(
  "One run of a machine: its hardware, its disks and networks, and what became of it.",
  {
    spec: having(VirtualMachineInstanceSpec, { description: "What is wanted." }),
    status: optional(having(VirtualMachineInstanceStatus, { description: "What became of it." })),
  },
);
export interface VirtualMachineInstance extends Infer<typeof virtualMachineInstanceSchema> {}

export const VirtualMachineInstance: Kind<VirtualMachineInstance> = {
  group: "kubevirt.io",
  version: "v1",
  kind: "VirtualMachineInstance",
  plural: "virtualmachineinstances",
  singular: "virtualmachineinstance",
  shortNames: ["vmi", "vmis"],
  categories: ["all"],
  namespaced: true,
  alsoServed: [v1alpha3],
  printerColumns: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "IP", type: "string", jsonPath: ".status.interfaces[0].ipAddress" },
    { name: "NodeName", type: "string", jsonPath: ".status.nodeName" },
    { name: "Ready", type: "string", jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    {
      name: "Live-Migratable",
      type: "string",
      jsonPath: ".status.conditions[?(@.type=='LiveMigratable')].status",
      priority: 1,
    },
    { name: "Paused", type: "string", jsonPath: ".status.conditions[?(@.type=='Paused')].status", priority: 1 },
  ],
  schema: virtualMachineInstanceSchema,
};
