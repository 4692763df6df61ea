/** Kubernetes' own alphabet for generated names: no vowels, nothing that looks like something else. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/**
 * Five characters derived from an object's uid, for the name of its one child: a controller with a stale cache asks for the same
 * name again and meets a conflict instead of making a twin.
 */
export function shortSuffix(uid: string): string {
  let rest = BigInt(`0x${uid.replace(/[^0-9a-fA-F]/g, "").slice(0, 16) || "0"}`);
  let suffix = "";
  for (let index = 0; index < 5; index++) {
    suffix += alphabet[Number(rest % BigInt(alphabet.length))];
    rest /= BigInt(alphabet.length);
  }
  return suffix;
}
