import { boolean, having, type Infer, notYet, object, optional } from "../../schema.ts";
import { FeatureState } from "./feature-state.ts";
import { FeatureHyperv } from "./hyperv.ts";

export const FeatureAPIC = object({
  enabled: optional(boolean({ description: "True when the block is there, unless said otherwise." })),
  endOfInterrupt: optional(boolean({ description: "Paravirtual end of interrupt." })),
});
export interface FeatureAPIC extends Infer<typeof FeatureAPIC> {}

export const FeatureKVM = object({
  hidden: optional(boolean({ description: "Hide from the guest that KVM runs it." })),
});
export interface FeatureKVM extends Infer<typeof FeatureKVM> {}

/** What the machine can do, apart from its CPU. */
export const Features = object({
  acpi: optional(
    having(FeatureState, { description: "ACPI, on unless said otherwise; without it there is no power button." }),
  ),
  apic: optional(having(FeatureAPIC, { description: "Local interrupt controllers." })),
  hyperv: optional(
    having(FeatureHyperv, {
      description: "What Windows likes to see of a hypervisor.",
      ...notYet("Hyper-V's paravirtual features are yet to come"),
    }),
  ),
  hypervPassthrough: optional(
    having(FeatureState, {
      description: "All Hyper-V features that the host has.",
      presence: true,
      ...notYet("Hyper-V's paravirtual features are yet to come"),
    }),
  ),
  kvm: optional(having(FeatureKVM, { description: "KVM's own features." })),
  pvspinlock: optional(having(FeatureState, { description: "Paravirtual spinlocks." })),
  smm: optional(having(FeatureState, { description: "System management mode: what UEFI secure boot needs." })),
});
export interface Features extends Infer<typeof Features> {}
