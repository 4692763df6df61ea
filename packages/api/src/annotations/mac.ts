/**
 * The canonical form (`02:00:00:00:00:05`) of an address that one interface can have; undefined for what is none: groups' addresses, all
 * zeros, other lengths.
 */
export function findMac(text: string): string | undefined {
  if (!/^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i.test(text)) return undefined;
  const mac = text.toLowerCase().replaceAll("-", ":");
  const isGroup = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return isGroup || mac === "00:00:00:00:00:00" ? undefined : mac;
}
