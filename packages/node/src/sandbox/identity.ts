/** First of the uids that Peapod's guests run under; high enough to be nobody's, low enough for a 16-bit world. */
const firstUid = 60_600;

/**
 * One unprivileged uid (and gid) for each guest of each instance: a guest that broke out of QEMU can signal no neighbour.
 *
 * @param instance  six hex digits; two instances share a uid only where they fall into the same of 31 blocks
 * @param number  the sandbox's short number, from 1
 */
export function guestUid(instance: string, number: number): number {
  const block = Number.parseInt(instance, 16) % 31;
  return firstUid + block * 128 + ((number - 1) % 128);
}
