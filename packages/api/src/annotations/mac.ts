/**
 * The canonical form (`02:00:00:00:00:05`) of an address that one interface can have; undefined for what is none: groups' addresses, all
 * zeros, other lengths.
 *
 * @param text  `02-00-00-00-00-05` and `0200.0000.0005` are the same
 */
export function findMac(text: string): string | undefined {
  if (!/^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})$/i.test(text)) return undefined;
  const digits = text.toLowerCase().replaceAll(/[:.-]/g, "");
  const mac = digits.replaceAll(/..(?!$)/g, "$&:");
  const isGroup = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return isGroup || mac === "00:00:00:00:00:00" ? undefined : mac;
}
