import { type Infer, object, optional, string, timestamp } from "../../schema.ts";

export const PhaseTransitionTimestamp = object({
  phase: optional(string()),
  phaseTransitionTimestamp: optional(timestamp()),
});
export interface PhaseTransitionTimestamp extends Infer<typeof PhaseTransitionTimestamp> {}

export const MigrationPhaseTransitionTimestamp = object({
  phase: optional(string()),
  phaseTransitionTimestamp: optional(timestamp()),
});
export interface MigrationPhaseTransitionTimestamp extends Infer<typeof MigrationPhaseTransitionTimestamp> {}
