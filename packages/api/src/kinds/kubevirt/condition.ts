import { type Infer, nullable, object, optional, string, timestamp } from "../../schema.ts";

export const VirtualMachineCondition = object({
  lastProbeTime: optional(nullable(timestamp())),
  lastTransitionTime: optional(nullable(timestamp())),
  message: optional(string()),
  reason: optional(string()),
  status: string(),
  type: string(),
});
export interface VirtualMachineCondition extends Infer<typeof VirtualMachineCondition> {}

export const VirtualMachineInstanceCondition = object({
  lastProbeTime: optional(nullable(timestamp())),
  lastTransitionTime: optional(nullable(timestamp())),
  message: optional(string()),
  reason: optional(string()),
  status: string(),
  type: string(),
});
export interface VirtualMachineInstanceCondition extends Infer<typeof VirtualMachineInstanceCondition> {}

export const KubeVirtCondition = object({
  lastProbeTime: optional(nullable(timestamp())),
  lastTransitionTime: optional(nullable(timestamp())),
  message: optional(string()),
  reason: optional(string()),
  status: string(),
  type: string(),
});
export interface KubeVirtCondition extends Infer<typeof KubeVirtCondition> {}

export const VirtualMachineInstanceMigrationCondition = object({
  lastProbeTime: optional(nullable(timestamp())),
  lastTransitionTime: optional(nullable(timestamp())),
  message: optional(string()),
  reason: optional(string()),
  status: string(),
  type: string(),
});
export interface VirtualMachineInstanceMigrationCondition
  extends Infer<typeof VirtualMachineInstanceMigrationCondition> {}

export const VirtualMachineInstanceReplicaSetCondition = object({
  lastProbeTime: optional(nullable(timestamp())),
  lastTransitionTime: optional(nullable(timestamp())),
  message: optional(string()),
  reason: optional(string()),
  status: string(),
  type: string(),
});
export interface VirtualMachineInstanceReplicaSetCondition
  extends Infer<typeof VirtualMachineInstanceReplicaSetCondition> {}
