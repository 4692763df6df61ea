import { boolean, type Infer, object, optional } from "../../schema.ts";

export const FeatureState = object({
  enabled: optional(boolean()),
});
export interface FeatureState extends Infer<typeof FeatureState> {}
