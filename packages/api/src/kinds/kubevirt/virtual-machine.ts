import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, boolean, type Infer, object, optional, string } from "../../schema.ts";
import { DataVolumeTemplate } from "./data-volume-template.ts";
import { InstancetypeMatcher } from "./instancetype-matcher.ts";
import { VirtualMachineInstanceTemplate } from "./virtual-machine-instance-template.ts";
import { VirtualMachineStatus } from "./virtual-machine-status.ts";

export const VirtualMachineSpec = object({
  dataVolumeTemplates: optional(array(DataVolumeTemplate)),
  instancetype: optional(InstancetypeMatcher),
  preference: optional(InstancetypeMatcher),
  runStrategy: optional(string()),
  running: optional(boolean()),
  template: VirtualMachineInstanceTemplate,
  updateVolumesStrategy: optional(string()),
});
export interface VirtualMachineSpec extends Infer<typeof VirtualMachineSpec> {}

const virtualMachineSchema = kindObject({
  spec: VirtualMachineSpec,
  status: optional(VirtualMachineStatus),
});
export interface VirtualMachine extends Infer<typeof virtualMachineSchema> {}

export const VirtualMachine: Kind<VirtualMachine> = {
  group: "kubevirt.io",
  version: "v1",
  kind: "VirtualMachine",
  plural: "virtualmachines",
  singular: "virtualmachine",
  shortNames: ["vm", "vms"],
  categories: ["all"],
  namespaced: true,
  subresources: { status: true },
  alsoServed: [
    {
      version: "v1alpha3",
      deprecated: true,
      deprecationWarning: "kubevirt.io/v1alpha3 is now deprecated and will be removed in a future release.",
    },
  ],
  printerColumns: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Status", type: "string", jsonPath: ".status.printableStatus" },
    { name: "Ready", type: "string", jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
  ],
  schema: virtualMachineSchema,
};
