import { sha1 } from "./sha1.ts";

const maxLabelLength = 63;
const hashLength = 8;

/**
 * The value of label `vmi.kubevirt.io/id` on a machine's pods, by which upstream's Services select them: its name, or as much of it as
 * fits a label with a hash of the whole behind it.
 *
 * @param name  of the VM or VMI; names of objects are ASCII
 */
export function instanceId(name: string): string {
  if (name.length <= maxLabelLength) return name;
  const digest = sha1(Uint8Array.from(name, (letter) => letter.charCodeAt(0)));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${name.slice(0, maxLabelLength - hashLength - 1)}-${hash.slice(0, hashLength)}`;
}
