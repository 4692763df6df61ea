import { formatIp, parseIp } from "@peapod/api";
import type { Allocation, HandedOut, Nic } from "./types.ts";

/**
 * Allocations as rows of the journal. Most interfaces are told the same with their addresses: of each such text there is one value in
 * memory, and a value is written out once.
 */
export function createRowFormat() {
  const read = new Map<string, HandedOut>();
  const written = new WeakMap<HandedOut, string>();
  const toHandedOut = (text: string): HandedOut => {
    const known = read.get(text) ?? (JSON.parse(text) as HandedOut); // written below
    read.set(text, known);
    return known;
  };
  const toText = (handedOut: HandedOut): string => {
    const text = written.get(handedOut) ?? JSON.stringify(handedOut);
    written.set(handedOut, text);
    return text;
  };
  return {
    toAllocation: (row: Record<string, unknown>): Allocation => {
      const text = (column: string): string => String(row[column]);
      const { family, value } = parseIp(text("address"));
      return {
        pool: text("pool"),
        family,
        address: value,
        owner: toNic(row),
        holder: { podUid: text("pod_uid"), podName: text("pod_name"), node: text("node") },
        allocatedAt: text("allocated_at"),
        ...(row["on_trial"] === 1 && { isOnTrial: true }),
        ...(row["handed_out"] !== null && { handedOut: toHandedOut(text("handed_out")) }),
      };
    },
    fromAllocation: (allocation: Allocation) => {
      const { pool, family, address, owner, holder, allocatedAt, isOnTrial, handedOut } = allocation;
      return [
        ...[formatIp({ family, value: address }), pool, owner.kind, owner.namespace, owner.name, owner.interface],
        ...[holder.podUid, holder.podName, holder.node, allocatedAt],
        ...[isOnTrial ? 1 : 0, handedOut ? toText(handedOut) : null],
      ] as const;
    },
  };
}

export function toNic(row: Record<string, unknown>): Nic {
  return {
    kind: row["kind"] === "pod" ? "pod" : "vm",
    namespace: String(row["namespace"]),
    name: String(row["name"]),
    interface: String(row["interface"]),
  };
}
