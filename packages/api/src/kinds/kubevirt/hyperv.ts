import { boolean, type Infer, int64, object, optional, string } from "../../schema.ts";

export const FeatureSpinlocks = object({
  enabled: optional(boolean()),
  spinlocks: optional(int64()),
});
export interface FeatureSpinlocks extends Infer<typeof FeatureSpinlocks> {}

export const SyNICTimer = object({
  direct: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  enabled: optional(boolean()),
});
export interface SyNICTimer extends Infer<typeof SyNICTimer> {}

export const TLBFlush = object({
  direct: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  enabled: optional(boolean()),
  extended: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
});
export interface TLBFlush extends Infer<typeof TLBFlush> {}

export const FeatureVendorID = object({
  enabled: optional(boolean()),
  vendorid: optional(string()),
});
export interface FeatureVendorID extends Infer<typeof FeatureVendorID> {}

export const FeatureHyperv = object({
  evmcs: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  frequencies: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  ipi: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  reenlightenment: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  relaxed: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  reset: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  runtime: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  spinlocks: optional(FeatureSpinlocks),
  synic: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  synictimer: optional(SyNICTimer),
  tlbflush: optional(TLBFlush),
  vapic: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
  vendorid: optional(FeatureVendorID),
  vpindex: optional(
    object({
      enabled: optional(boolean()),
    }),
  ),
});
export interface FeatureHyperv extends Infer<typeof FeatureHyperv> {}
