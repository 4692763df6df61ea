import { findIp, type Ip } from "../../../address/ip.ts";
import { type IpRange, isInRanges, subtractRanges } from "../../../address/range.ts";
import type { AdmissionReview } from "../../../admission.ts";
import { isRecord } from "../../../deep-equal.ts";
import { SpiderEndpoint } from "../../../kinds/spiderpool/spider-endpoint.ts";
import type { SpiderIPPool } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { forbidden, type Problem } from "../../../problem.ts";
import { findPoolRanges, jointly } from "./ranges.ts";

type Review = Pick<AdmissionReview<SpiderIPPool>, "object" | "oldObject" | "list">;

const named = 5;

/**
 * Whoever holds an address keeps it: an edit does not take it out of the pool. The pool's own records of its holders come late, and
 * end at some number; the endpoints know of all of them, a moment after each got its address. What gets past both, the pool's
 * controller says.
 *
 * @param ranges  what the pool is to hand out
 */
export function validateHolders({ object, oldObject, list }: Review, ranges: readonly IpRange[]): readonly Problem[] {
  const before = oldObject?.spec && findPoolRanges(oldObject.spec);
  const lost = before && subtractRanges(before, ranges);
  if (!lost || lost.length === 0) return [];
  const [first] = holdersOf(object, list)
    .filter(({ ip }) => isInRanges(lost, ip.value))
    .toSorted(byAddress);
  if (!first) return [];
  const sentence = `remove an IP address ${first.address} that is being used by Pod ${first.holder}, ${jointly}`;
  return [forbidden("spec.ips", sentence)];
}

/** A pool that is deleted stays, by its finalizer, until nobody holds an address of it. */
export function warnAboutHolders({ object, operation, list }: AdmissionReview<SpiderIPPool>): readonly string[] {
  const count = object.status?.allocatedIPCount ?? 0;
  if (operation !== "DELETE" || count === 0) return [];
  const published = parseHolders(object);
  const all = published.length > 0 ? published : findInEndpoints(object, list);
  const holders = all.toSorted(byAddress).slice(0, named);
  const text = holders.map(({ address, holder }) => `${address} by ${holder}`).join(", ");
  const more = holders.length > 0 && count > holders.length ? `, and ${count - holders.length} more` : "";
  const who = text === "" ? `${count}` : `${count} (${text}${more})`;
  return [`SpiderIPPool "${object.metadata.name}" stays until its addresses are given back; held are ${who}`];
}

interface Holder {
  readonly address: string;
  readonly ip: Ip;
  /** `namespace/name` of the pod or the machine */
  readonly holder: string;
}

function byAddress(a: Holder, b: Holder): number {
  return a.ip.value < b.ip.value ? -1 : a.ip.value > b.ip.value ? 1 : 0;
}

function holdersOf(pool: SpiderIPPool, list: Review["list"]): readonly Holder[] {
  return [...parseHolders(pool), ...findInEndpoints(pool, list)];
}

/** From the published records: `{"10.7.0.5":{"pod":"default/vm","podUid":"…"}}`. */
function parseHolders({ status }: SpiderIPPool): readonly Holder[] {
  let records: unknown;
  try {
    records = JSON.parse(status?.allocatedIPs ?? "{}");
  } catch {
    return [];
  }
  return Object.entries(isRecord(records) ? records : {}).flatMap(([address, record]) => {
    const ip = findIp(address);
    return ip
      ? [{ address, ip, holder: isRecord(record) && typeof record["pod"] === "string" ? record["pod"] : "" }]
      : [];
  });
}

function findInEndpoints({ metadata: { name } }: SpiderIPPool, list: Review["list"]): readonly Holder[] {
  return list(SpiderEndpoint).flatMap(({ metadata, status }) =>
    (status?.current.ips ?? []).flatMap(({ ipv4, ipv4Pool, ipv6, ipv6Pool }) => {
      const text = ipv4Pool === name ? ipv4 : ipv6Pool === name ? ipv6 : undefined;
      const [address = ""] = text?.split("/") ?? [];
      const ip = findIp(address);
      return ip ? [{ address, ip, holder: `${metadata.namespace}/${metadata.name}` }] : [];
    }),
  );
}
