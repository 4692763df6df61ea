import { type Infer, nullable, object, optional, string, timestamp } from "../../schema.ts";

/** A fact about an object, with the time it came true: the same shape for every kind of KubeVirt. */
const shape = {
  lastProbeTime: optional(nullable(timestamp({ description: "When it was last looked at." }))),
  lastTransitionTime: optional(nullable(timestamp({ description: "When it last changed." }))),
  message: optional(string({ description: "For people." })),
  reason: optional(string({ description: "For programs: one word." })),
  status: string({ description: "True, False or Unknown." }),
  type: string({ description: "Name of the fact." }),
};

export const VirtualMachineCondition = object(shape);
export interface VirtualMachineCondition extends Infer<typeof VirtualMachineCondition> {}

export const VirtualMachineInstanceCondition = object(shape);
export interface VirtualMachineInstanceCondition extends Infer<typeof VirtualMachineInstanceCondition> {}

export const KubeVirtCondition = object(shape);
export interface KubeVirtCondition extends Infer<typeof KubeVirtCondition> {}

export const VirtualMachineInstanceMigrationCondition = object(shape);
export interface VirtualMachineInstanceMigrationCondition
  extends Infer<typeof VirtualMachineInstanceMigrationCondition> {}

export const VirtualMachineInstanceReplicaSetCondition = object(shape);
export interface VirtualMachineInstanceReplicaSetCondition
  extends Infer<typeof VirtualMachineInstanceReplicaSetCondition> {}
