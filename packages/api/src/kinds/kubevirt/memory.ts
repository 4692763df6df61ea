import { type Infer, notYet, object, optional, quantity, string } from "../../schema.ts";

/** How much memory the guest sees. */
export const Memory = object({
  guest: optional(quantity({ description: "What the guest sees; unset: what resources ask for." })),
  hugepages: optional(
    object(
      { pageSize: optional(string({ description: "2Mi or 1Gi." })) },
      { description: "Back the guest by huge pages.", ...notYet("huge pages are yet to come") },
    ),
  ),
  maxGuest: optional(
    quantity({
      description: "Up to where memory can be plugged while the guest runs.",
      ...notYet("memory cannot be plugged into a running guest yet; change guest and restart it"),
    }),
  ),
  reservedOverhead: optional(
    object(
      {
        addedOverhead: optional(quantity({ description: "More memory beside the guest's." })),
        memLock: optional(string({ description: "Lock the guest's memory." })),
      },
      { description: "Memory beside the guest's.", ...notYet("memory cannot be reserved beside the guest's yet") },
    ),
  ),
});
export interface Memory extends Infer<typeof Memory> {}
