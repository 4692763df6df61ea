import { boolean, having, type Infer, int64, object, optional, string } from "../../schema.ts";
import { FeatureState } from "./feature-state.ts";

const enabled = boolean({ description: "True when the block is there, unless said otherwise." });

export const FeatureSpinlocks = object({
  enabled: optional(enabled),
  spinlocks: optional(int64({ description: "How often to try before yielding; 4096 if unset." })),
});
export interface FeatureSpinlocks extends Infer<typeof FeatureSpinlocks> {}

export const SyNICTimer = object({
  direct: optional(having(FeatureState, { description: "Deliver ticks directly." })),
  enabled: optional(enabled),
});
export interface SyNICTimer extends Infer<typeof SyNICTimer> {}

export const TLBFlush = object({
  direct: optional(having(FeatureState, { description: "For nested guests too." })),
  enabled: optional(enabled),
  extended: optional(having(FeatureState, { description: "Ranges of addresses." })),
});
export interface TLBFlush extends Infer<typeof TLBFlush> {}

export const FeatureVendorID = object({
  enabled: optional(enabled),
  vendorid: optional(string({ description: "At most 12 characters." })),
});
export interface FeatureVendorID extends Infer<typeof FeatureVendorID> {}

/** What Windows likes to see of a hypervisor. */
export const FeatureHyperv = object({
  evmcs: optional(having(FeatureState, { description: "Enlightened VMCS, for nested guests on Intel." })),
  frequencies: optional(having(FeatureState, { description: "Frequencies of TSC and APIC." })),
  ipi: optional(having(FeatureState, { description: "Paravirtual interrupts between CPUs." })),
  reenlightenment: optional(having(FeatureState, { description: "Tell of changes of the TSC's frequency." })),
  relaxed: optional(having(FeatureState, { description: "No watchdog for a late CPU." })),
  reset: optional(having(FeatureState, { description: "Reset through a register." })),
  runtime: optional(having(FeatureState, { description: "Count the time a CPU really ran." })),
  spinlocks: optional(having(FeatureSpinlocks, { description: "Yield when a lock is held for long." })),
  synic: optional(having(FeatureState, { description: "Synthetic interrupt controller." })),
  synictimer: optional(having(SyNICTimer, { description: "Synthetic timers." })),
  tlbflush: optional(having(TLBFlush, { description: "Paravirtual TLB flushes." })),
  vapic: optional(having(FeatureState, { description: "Paravirtual APIC." })),
  vendorid: optional(having(FeatureVendorID, { description: "What the hypervisor calls itself." })),
  vpindex: optional(having(FeatureState, { description: "Number of a virtual CPU." })),
});
export interface FeatureHyperv extends Infer<typeof FeatureHyperv> {}
