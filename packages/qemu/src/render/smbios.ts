import type { Domain } from "../domain.ts";
import { keyValueArgument } from "./argument.ts";

/** What the guest reads as its vendor, product and serial number (SMBIOS types 1 and 3). */
export function renderSmbios({ smbios, uuid }: Domain): string[] {
  const { chassis } = smbios;
  return [
    ...keyValueArgument("-smbios", undefined, {
      type: 1,
      manufacturer: smbios.manufacturer,
      product: smbios.product,
      version: smbios.version,
      serial: smbios.serial,
      uuid,
      sku: smbios.sku,
      family: smbios.family,
    }),
    ...(chassis
      ? keyValueArgument("-smbios", undefined, {
          type: 3,
          manufacturer: chassis.manufacturer,
          version: chassis.version,
          serial: chassis.serial,
          asset: chassis.asset,
          sku: chassis.sku,
        })
      : []),
  ];
}
