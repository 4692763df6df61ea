import { boolean, type Infer, object, optional } from "../../schema.ts";
import { FeatureHyperv } from "./hyperv.ts";

export const FeatureAPIC = object({
  enabled: optional(boolean()),
  endOfInterrupt: optional(boolean()),
});
export interface FeatureAPIC extends Infer<typeof FeatureAPIC> {}

export const FeatureKVM = object({
  hidden: optional(boolean()),
});
export interface FeatureKVM extends Infer<typeof FeatureKVM> {}

export const Features = object({
  acpi: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  apic: optional(FeatureAPIC),
  hyperv: optional(FeatureHyperv),
  hypervPassthrough: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  kvm: optional(FeatureKVM),
  pvspinlock: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  smm: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
});
export interface Features extends Infer<typeof Features> {}
