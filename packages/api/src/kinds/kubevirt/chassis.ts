import { type Infer, object, optional, string } from "../../schema.ts";

/** SMBIOS type 3, as `dmidecode` shows it in the guest. */
export const Chassis = object({
  asset: optional(string({ description: "Asset tag." })),
  manufacturer: optional(string({ description: "Who made the chassis." })),
  serial: optional(string({ description: "Serial number of the chassis." })),
  sku: optional(string({ description: "Stock keeping unit." })),
  version: optional(string({ description: "Version of the chassis." })),
});
export interface Chassis extends Infer<typeof Chassis> {}
