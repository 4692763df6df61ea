import { boolean, type Infer, object, optional } from "../../schema.ts";

/** A feature that is on when the block is there, unless it says `enabled: false`. */
export const FeatureState = object({
  enabled: optional(boolean({ description: "True when the block is there, unless said otherwise." })),
});
export interface FeatureState extends Infer<typeof FeatureState> {}
