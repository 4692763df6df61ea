import { findIp, formatIp, type IpFamily } from "./ip.ts";
import { type IpRange, mergeRanges } from "./range.ts";

export interface FamilyRange extends IpRange {
  readonly family: IpFamily;
}

/** `10.7.0.5` or `10.7.0.5-10.7.0.9`, in order and of one family; undefined for anything else. */
export function findRange(text: string): FamilyRange | undefined {
  const [from = "", to = from, ...more] = text.split("-");
  const first = findIp(from);
  const last = findIp(to);
  if (more.length > 0 || !first || first.family !== last?.family || first.value > last.value) return undefined;
  return { family: first.family, first: first.value, last: last.value };
}

export function formatRange({ family, first, last }: FamilyRange): string {
  const from = formatIp({ family, value: first });
  return first === last ? from : `${from}-${formatIp({ family, value: last })}`;
}

/**
 * The same addresses in the fewest ranges, in rising order.
 *
 * @returns undefined when a text is no range, or the ranges are not of one family
 */
export function mergeRangeTexts(texts: readonly string[]): readonly string[] | undefined {
  const ranges = texts.map(findRange);
  const family = ranges[0]?.family;
  const found = ranges.filter((range) => range !== undefined && range.family === family) as readonly FamilyRange[]; // filtered
  if (family === undefined || found.length < texts.length) return undefined;
  return mergeRanges(found).map((range) => formatRange({ family, ...range }));
}
