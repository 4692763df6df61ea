import { boolean, type Infer, int32, int64, object, optional, quantity, string } from "../../schema.ts";

export const MigrationExperimental = object({
  compression: optional(string()),
  downtimeTuning: optional(
    object({
      cooldownSeconds: optional(int32()),
      initialMs: optional(int64()),
      startAfterIteration: optional(int64()),
      steps: optional(int32()),
    }),
  ),
  stallDetector: optional(
    object({
      completionTimeoutFactor: optional(quantity()),
      ewmaAlpha: optional(quantity()),
      patienceWindowDecayFactor: optional(quantity()),
      precopyPossibleFactor: optional(quantity()),
      searchLocalMinima: optional(boolean()),
      stallMargin: optional(int64()),
      stallProgressTimeout: optional(int64()),
      switchoverTimeout: optional(int64()),
    }),
  ),
});
export interface MigrationExperimental extends Infer<typeof MigrationExperimental> {}

export const EffectiveMigrationConfiguration = object({
  allowAutoConverge: optional(boolean()),
  allowPostCopy: optional(boolean()),
  allowWorkloadDisruption: optional(boolean()),
  bandwidthPerMigration: optional(quantity()),
  completionTimeoutPerGiB: optional(int64()),
  disableTLS: optional(boolean()),
  experimental: optional(MigrationExperimental),
  matchSELinuxLevelOnMigration: optional(boolean()),
  maxDowntimeMs: optional(int64()),
  network: optional(string()),
  nodeDrainTaintKey: optional(string()),
  parallelMigrationsPerCluster: optional(int64()),
  parallelOutboundMigrationsPerNode: optional(int64()),
  progressTimeout: optional(int64()),
  unsafeMigrationOverride: optional(boolean()),
  utilityVolumesTimeout: optional(int64()),
});
export interface EffectiveMigrationConfiguration extends Infer<typeof EffectiveMigrationConfiguration> {}

export const MigrationConfiguration = object({
  allowAutoConverge: optional(boolean()),
  allowPostCopy: optional(boolean()),
  allowWorkloadDisruption: optional(boolean()),
  bandwidthPerMigration: optional(quantity()),
  completionTimeoutPerGiB: optional(int64()),
  disableTLS: optional(boolean()),
  matchSELinuxLevelOnMigration: optional(boolean()),
  maxDowntimeMs: optional(int64()),
  network: optional(string()),
  nodeDrainTaintKey: optional(string()),
  parallelMigrationsPerCluster: optional(int64()),
  parallelOutboundMigrationsPerNode: optional(int64()),
  progressTimeout: optional(int64()),
  unsafeMigrationOverride: optional(boolean()),
  utilityVolumesTimeout: optional(int64()),
});
export interface MigrationConfiguration extends Infer<typeof MigrationConfiguration> {}
