import { findIp } from "../../../address/ip.ts";
import { type IpRange, isInRanges } from "../../../address/range.ts";
import type { AdmissionReview } from "../../../admission.ts";
import { isRecord } from "../../../deep-equal.ts";
import type { SpiderIPPool } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { forbidden, type Problem } from "../../../problem.ts";
import { jointly } from "./ranges.ts";

const named = 5;

/** Whoever holds an address keeps it: it is not taken out of the pool. */
export function validateHolders(pool: SpiderIPPool, ranges: readonly IpRange[]): readonly Problem[] {
  const left = parseHolders(pool).find(({ address }) => {
    const ip = findIp(address);
    return ip && !isInRanges(ranges, ip.value);
  });
  if (!left) return [];
  const sentence = `remove an IP address ${left.address} that is being used by Pod ${left.holder}, ${jointly}`;
  return [forbidden("spec.ips", sentence)];
}

/** A pool that is deleted stays, by its finalizer, until nobody holds an address of it. */
export function warnAboutHolders({ object, operation }: AdmissionReview<SpiderIPPool>): readonly string[] {
  const count = object.status?.allocatedIPCount ?? 0;
  if (operation !== "DELETE" || count === 0) return [];
  const holders = parseHolders(object).slice(0, named);
  const list = holders.map(({ address, holder }) => `${address} by ${holder}`).join(", ");
  const more = holders.length > 0 && count > holders.length ? `, and ${count - holders.length} more` : "";
  const who = list === "" ? `${count}` : `${count} (${list}${more})`;
  return [`SpiderIPPool "${object.metadata.name}" stays until its addresses are given back; held are ${who}`];
}

interface Holder {
  readonly address: string;
  /** `namespace/name` of the pod or the machine */
  readonly holder: string;
}

/** From the published records: `{"10.7.0.5":{"pod":"default/vm","podUid":"…"}}`. */
function parseHolders({ status }: SpiderIPPool): readonly Holder[] {
  let records: unknown;
  try {
    records = JSON.parse(status?.allocatedIPs ?? "{}");
  } catch {
    return [];
  }
  return Object.entries(isRecord(records) ? records : {}).map(([address, record]) => ({
    address,
    holder: isRecord(record) && typeof record["pod"] === "string" ? record["pod"] : "",
  }));
}
