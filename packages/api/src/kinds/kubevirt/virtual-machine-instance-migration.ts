import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, type Infer, listAtomic, map, object, optional, string } from "../../schema.ts";
import { VirtualMachineInstanceMigrationCondition } from "./condition.ts";
import { MigrationState } from "./migration-state.ts";
import { v1alpha3 } from "./older-version.ts";
import { MigrationPhaseTransitionTimestamp } from "./phase-transition.ts";

export const VirtualMachineInstanceMigrationSpec = object({
  addedNodeSelector: optional(map(string())),
  priority: optional(string()),
  receive: optional(
    object({
      migrationID: string(),
    }),
  ),
  sendTo: optional(
    object({
      connectURL: string(),
      migrationID: string(),
    }),
  ),
  vmiName: optional(string()),
});
export interface VirtualMachineInstanceMigrationSpec extends Infer<typeof VirtualMachineInstanceMigrationSpec> {}

export const VirtualMachineInstanceMigrationStatus = object({
  conditions: optional(array(VirtualMachineInstanceMigrationCondition)),
  migrationState: optional(MigrationState),
  phase: optional(string()),
  phaseTransitionTimestamps: optional(listAtomic(MigrationPhaseTransitionTimestamp)),
  synchronizationAddresses: optional(listAtomic(string())),
});
export interface VirtualMachineInstanceMigrationStatus extends Infer<typeof VirtualMachineInstanceMigrationStatus> {}

const virtualMachineInstanceMigrationSchema = kindObject("Moves a running guest to another node.", {
  spec: VirtualMachineInstanceMigrationSpec,
  status: optional(VirtualMachineInstanceMigrationStatus),
});
export interface VirtualMachineInstanceMigration extends Infer<typeof virtualMachineInstanceMigrationSchema> {}

export const VirtualMachineInstanceMigration: Kind<VirtualMachineInstanceMigration> = {
  group: "kubevirt.io",
  version: "v1",
  kind: "VirtualMachineInstanceMigration",
  plural: "virtualmachineinstancemigrations",
  singular: "virtualmachineinstancemigration",
  shortNames: ["vmim", "vmims"],
  categories: ["all"],
  namespaced: true,
  subresources: { status: true },
  alsoServed: [v1alpha3],
  printerColumns: [
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "VMI", type: "string", jsonPath: ".spec.vmiName" },
  ],
  schema: virtualMachineInstanceMigrationSchema,
};
