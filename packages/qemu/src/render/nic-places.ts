import type { Domain, DomainDisk, DomainNic } from "../domain.ts";
import { isPciExpress } from "./addresses.ts";

/** What decides where NICs sit; the rest of a domain comes after them. */
export interface NicSurroundings {
  readonly machine: Pick<Domain["machine"], "type">;
  readonly nics: readonly Pick<DomainNic, "name" | "pciAddress">[];
  readonly disks: readonly Pick<DomainDisk, "pciAddress">[];
}

/**
 * Where the guest will find its NICs: as `assignAddresses` places them, known before there is a disk.
 *
 * @returns name → `0000:01:00.0`
 */
export function nicPlaces(domain: NicSurroundings): ReadonlyMap<string, string> {
  const { nics, disks } = domain;
  const isExpress = isPciExpress(domain);
  const wished = new Set([...nics, ...disks].map(({ pciAddress }) => pciAddress?.toLowerCase()));
  const addressAt = (number: number): string => {
    const digits = number.toString(16).padStart(2, "0");
    return isExpress ? `0000:${digits}:00.0` : `0000:00:${digits}.0`;
  };
  let next = isExpress ? 1 : firstSlot;
  return new Map(
    nics.map(({ name, pciAddress }) => {
      if (pciAddress) return [name, pciAddress.toLowerCase()];
      while (wished.has(addressAt(next))) next += 1;
      next += 1;
      return [name, addressAt(next - 1)];
    }),
  );
}

/** Of `pc`, behind its chip set and display. */
const firstSlot = 3;
