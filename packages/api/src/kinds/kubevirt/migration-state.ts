import {
  boolean,
  type Infer,
  int32,
  listAtomic,
  map,
  object,
  optional,
  quantity,
  string,
  timestamp,
} from "../../schema.ts";
import { EffectiveMigrationConfiguration } from "./migration-configuration.ts";

export const MigrationSourceState = object({
  domainName: optional(string()),
  domainNamespace: optional(string()),
  migrationUID: optional(string()),
  node: optional(string()),
  nodeSelectors: optional(map(string())),
  persistentStatePVCName: optional(string()),
  pod: optional(string()),
  selinuxContext: optional(string()),
  syncAddress: optional(string()),
  virtualMachineInstanceUID: optional(string()),
});
export interface MigrationSourceState extends Infer<typeof MigrationSourceState> {}

export const MigrationTargetState = object({
  attachmentPodUID: optional(string()),
  cpuSet: optional(listAtomic(int32({ default: 0 }))),
  directMigrationNodePorts: optional(map(int32({ default: 0 }))),
  domainDetected: optional(boolean()),
  domainName: optional(string()),
  domainNamespace: optional(string()),
  domainReadyTimestamp: optional(timestamp()),
  migrationUID: optional(string()),
  node: optional(string()),
  nodeAddress: optional(string()),
  nodeTopology: optional(string()),
  persistentStatePVCName: optional(string()),
  pod: optional(string()),
  selinuxContext: optional(string()),
  syncAddress: optional(string()),
  virtualMachineInstanceUID: optional(string()),
});
export interface MigrationTargetState extends Infer<typeof MigrationTargetState> {}

export const MigrationState = object({
  abortRequested: optional(boolean()),
  abortStatus: optional(string()),
  completed: optional(boolean()),
  endTimestamp: optional(timestamp()),
  failed: optional(boolean()),
  failureReason: optional(string()),
  migrationConfiguration: optional(EffectiveMigrationConfiguration),
  migrationNetworkType: optional(string()),
  migrationPolicyName: optional(string()),
  migrationUid: optional(string()),
  mode: optional(string()),
  sourceNode: optional(string()),
  sourcePersistentStatePVCName: optional(string()),
  sourcePod: optional(string()),
  sourceState: optional(MigrationSourceState),
  startTimestamp: optional(timestamp()),
  targetAttachmentPodUID: optional(string()),
  targetCPUSet: optional(listAtomic(int32({ default: 0 }))),
  targetDirectMigrationNodePorts: optional(map(int32({ default: 0 }))),
  targetMemoryOverhead: optional(quantity()),
  targetNode: optional(string()),
  targetNodeAddress: optional(string()),
  targetNodeDomainDetected: optional(boolean()),
  targetNodeDomainReadyTimestamp: optional(timestamp()),
  targetNodeTopology: optional(string()),
  targetPersistentStatePVCName: optional(string()),
  targetPod: optional(string()),
  targetState: optional(MigrationTargetState),
});
export interface MigrationState extends Infer<typeof MigrationState> {}
