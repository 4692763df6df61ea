import { type Infer, object, optional, string, timestamp } from "../../schema.ts";

export const PhaseTransitionTimestamp = object({
  phase: optional(string({ description: "The phase." })),
  phaseTransitionTimestamp: optional(timestamp({ description: "When it was reached." })),
});
export interface PhaseTransitionTimestamp extends Infer<typeof PhaseTransitionTimestamp> {}

export const MigrationPhaseTransitionTimestamp = object({
  phase: optional(string()),
  phaseTransitionTimestamp: optional(timestamp()),
});
export interface MigrationPhaseTransitionTimestamp extends Infer<typeof MigrationPhaseTransitionTimestamp> {}
