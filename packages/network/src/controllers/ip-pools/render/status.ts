import { formatIp, type SpiderIPPool } from "@peapod/api";
import type { Allocation } from "../../../ipam/types.ts";

type PoolStatus = NonNullable<SpiderIPPool["status"]>;

/** Above this many, as upstream has it, the records stay in the allocator and the status has their number. */
export const maxPublished = 5_000;

/** The largest number that is an int64 to those who read it as one, and a number to us. */
const largestCount = 2 ** 63 - 1024;

/**
 * Who holds what, lowest address first.
 *
 * @param list  asked only for what is shown
 */
export function renderPoolStatus(size: bigint, heldCount: number, list: () => readonly Allocation[]): PoolStatus {
  const counts = {
    totalIPCount: Number(size > BigInt(largestCount) ? BigInt(largestCount) : size),
    allocatedIPCount: heldCount,
  };
  if (heldCount === 0 || heldCount > maxPublished) return counts;
  const sorted = list().toSorted((a, b) => (a.address < b.address ? -1 : 1));
  const records = sorted.map(({ family, address, owner, holder }) => [
    formatIp({ family, value: address }),
    { pod: `${owner.namespace}/${owner.name}`, podUid: holder.podUid },
  ]);
  return { allocatedIPs: JSON.stringify(Object.fromEntries(records)), ...counts };
}
