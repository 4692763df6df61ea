import {
  boolean,
  having,
  type Infer,
  int32,
  int64,
  listAtomic,
  map,
  notYet,
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

const noSuchPart = notYet("Peapod has no part that this would configure");
const claimsLater = notYet("persistent volume claims are yet to come");

/** Feature gates and overcommitment. */
export const DeveloperConfiguration = object({
  clusterProfiler: optional(boolean({ description: "Let profiles be taken.", ...noSuchPart })),
  cpuAllocationRatio: optional(int32({ description: "Virtual CPUs that share one CPU; 10 if unset." })),
  disabledFeatureGates: optional(listAtomic(string(), { description: "Feature gates that are off." })),
  diskVerification: optional(
    object(
      { memoryLimit: quantity({ description: "Memory for looking into an image." }) },
      { description: "How images are looked into.", ...notYet("images are looked into under fixed limits") },
    ),
  ),
  featureGates: optional(listAtomic(string(), { description: "Feature gates that are on." })),
  logVerbosity: optional(having(LogVerbosity, { description: "How much is logged.", ...noSuchPart })),
  memoryOvercommit: optional(
    int32({ description: "Guest memory in percent of what is set aside for it; 100 if unset." }),
  ),
  minimumClusterTSCFrequency: optional(
    int64({
      description: "TSC frequency of the slowest node.",
      ...notYet("nodes are not chosen by TSC frequency yet"),
    }),
  ),
  minimumReservePVCBytes: optional(int64({ description: "Kept free on claims.", ...claimsLater })),
  nodeSelectors: optional(map(string(), { description: "Labels that nodes for guests must have." })),
  pvcTolerateLessSpaceUpToPercent: optional(
    int32({ description: "How much smaller a claim may be than its disk.", ...claimsLater }),
  ),
  useEmulation: optional(boolean({ description: "Guests may run without KVM." })),
});
export interface DeveloperConfiguration extends Infer<typeof DeveloperConfiguration> {}
