import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, boolean, having, type Infer, notYet, object, optional, string } from "../../schema.ts";
import { DataVolumeTemplate } from "./data-volume-template.ts";
import { InstancetypeMatcher } from "./instancetype-matcher.ts";
import { v1alpha3 } from "./older-version.ts";
import { VirtualMachineInstanceTemplate } from "./virtual-machine-instance-template.ts";
import { VirtualMachineStatus } from "./virtual-machine-status.ts";

const instancetypesLater = notYet(
  "instancetypes and preferences are yet to come; write CPUs and memory into the template",
);

/** A machine that is kept: when it should run, and what each run of it looks like. */
export const VirtualMachineSpec = object({
  dataVolumeTemplates: optional(
    array(DataVolumeTemplate, {
      description: "DataVolumes made with the machine.",
      ...notYet("data volumes are yet to come; use a containerDisk, emptyDisk or hostDisk"),
    }),
  ),
  instancetype: optional(having(InstancetypeMatcher, { description: "Its size.", ...instancetypesLater })),
  preference: optional(having(InstancetypeMatcher, { description: "What its guest likes.", ...instancetypesLater })),
  runStrategy: optional(
    string({
      description: "Always, RerunOnFailure, Manual, Once or Halted; exactly one of this and running.",
      ...notYet("machines cannot wait for a migration from elsewhere yet", [
        "Always",
        "RerunOnFailure",
        "Manual",
        "Once",
        "Halted",
      ]),
    }),
  ),
  running: optional(boolean({ description: "The older way to say Always or Halted." })),
  template: having(VirtualMachineInstanceTemplate, { description: "What each run is made from." }),
  updateVolumesStrategy: optional(
    string({
      description: "Replacement (the default) or Migration: what a change of a volume means.",
      ...notYet("volumes cannot be migrated yet", ["Replacement"]),
    }),
  ),
});
export interface VirtualMachineSpec extends Infer<typeof VirtualMachineSpec> {}

const virtualMachineSchema = kindObject(
  "A machine that is kept: when it should run, and what each run of it looks like.",
  {
    spec: having(VirtualMachineSpec, { description: "What is wanted." }),
    status: optional(having(VirtualMachineStatus, { description: "What became of it." })),
  },
);
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
  alsoServed: [v1alpha3],
  printerColumns: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Status", type: "string", jsonPath: ".status.printableStatus" },
    { name: "Ready", type: "string", jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
  ],
  schema: virtualMachineSchema,
};
