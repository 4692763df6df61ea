import { boolean, type Infer, map, object, optional, quantity } from "../../schema.ts";

export const PlainResourceRequirements = object({
  limits: optional(map(quantity(), { description: "At most this much." })),
  requests: optional(map(quantity(), { description: "At least this much." })),
});
export interface PlainResourceRequirements extends Infer<typeof PlainResourceRequirements> {}

/** What is set aside on the node; the guest's memory and CPUs follow from it where they are not given. */
export const DomainResources = object({
  limits: optional(map(quantity(), { description: "cpu and memory: at most this much." })),
  overcommitGuestOverhead: optional(
    boolean({ description: "Do not set aside what QEMU needs beside the guest's memory." }),
  ),
  requests: optional(map(quantity(), { description: "cpu and memory: set aside this much." })),
});
export interface DomainResources extends Infer<typeof DomainResources> {}
