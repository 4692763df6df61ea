import { type Infer, object, optional, string } from "../../schema.ts";

export const Chassis = object({
  asset: optional(string()),
  manufacturer: optional(string()),
  serial: optional(string()),
  sku: optional(string()),
  version: optional(string()),
});
export interface Chassis extends Infer<typeof Chassis> {}
