import {
  boolean,
  type Infer,
  int32,
  int64,
  listAtomic,
  map,
  object,
  optional,
  quantity,
  string,
} from "../../schema.ts";

export const LogVerbosity = object({
  nodeVerbosity: optional(map(int32({ default: 0 }))),
  virtAPI: optional(int32()),
  virtController: optional(int32()),
  virtHandler: optional(int32()),
  virtLauncher: optional(int32()),
  virtOperator: optional(int32()),
  virtSynchronizationController: optional(int32()),
});
export interface LogVerbosity extends Infer<typeof LogVerbosity> {}

export const DeveloperConfiguration = object({
  clusterProfiler: optional(boolean()),
  cpuAllocationRatio: optional(int32()),
  disabledFeatureGates: optional(listAtomic(string())),
  diskVerification: optional(
    object({
      memoryLimit: quantity(),
    }),
  ),
  featureGates: optional(listAtomic(string())),
  logVerbosity: optional(LogVerbosity),
  memoryOvercommit: optional(int32()),
  minimumClusterTSCFrequency: optional(int64()),
  minimumReservePVCBytes: optional(int64()),
  nodeSelectors: optional(map(string())),
  pvcTolerateLessSpaceUpToPercent: optional(int32()),
  useEmulation: optional(boolean()),
});
export interface DeveloperConfiguration extends Infer<typeof DeveloperConfiguration> {}
