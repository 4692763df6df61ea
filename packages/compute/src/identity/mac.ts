import { sha1 } from "@peapod/api";
import { encodeUtf8 } from "../encoding/utf8.ts";

/**
 * The MAC of a guest interface whose manifest names none: derived from who it is, so it stays over restarts and no two guests
 * of one API share it. Locally administered, unicast.
 *
 * @param owner  namespace and name of the VM (of the VMI, where there is no VM)
 */
export function interfaceMac(
  owner: { readonly namespace: string; readonly name: string },
  interfaceName: string,
): string {
  const digest = sha1(Uint8Array.from(encodeUtf8(`${owner.namespace}/${owner.name}/${interfaceName}`)));
  return ["02", ...Array.from(digest.slice(0, 5), (byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
