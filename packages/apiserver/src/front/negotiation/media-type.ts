/** One entry of an Accept header, or a Content-Type. */
export interface MediaType {
  /** `application/json`, lower case; parts may be `*` */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 … 1; 1 where nothing is said */
  readonly quality: number;
}

/** Media ranges in the order in which they are wanted. Malformed entries are passed over. */
export function parseAccept(header: string): readonly MediaType[] {
  return header
    .split(",")
    .map(parseMediaType)
    .filter((entry) => entry !== undefined)
    .toSorted((a, b) => b.quality - a.quality);
}

/** `application/json;as=Table;v=v1` taken apart; undefined if it is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  const [first = "", ...rest] = text.split(";");
  const type = first.trim().toLowerCase();
  if (!/^[^\s/]+\/[^\s/]+$/.test(type)) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const [name = "", value = ""] = parameter.split("=", 2);
    parameters.set(name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, "$1"));
  }
  const quality = Number(parameters.get("q") ?? 1);
  return { type, parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

/** Does a media range, possibly with stars, take in a type? */
export function covers(range: string, type: string): boolean {
  return range === type || range === "*/*" || (range.endsWith("/*") && type.startsWith(range.slice(0, -1)));
}
