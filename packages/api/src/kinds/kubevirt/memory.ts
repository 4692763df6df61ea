import { type Infer, object, optional, quantity, string } from "../../schema.ts";

export const Memory = object({
  guest: optional(quantity()),
  hugepages: optional(
    object({
      pageSize: optional(string()),
    }),
  ),
  maxGuest: optional(quantity()),
  reservedOverhead: optional(
    object({
      addedOverhead: optional(quantity()),
      memLock: optional(string()),
    }),
  ),
});
export interface Memory extends Infer<typeof Memory> {}
