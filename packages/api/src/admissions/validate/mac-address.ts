import { findMac } from "../../annotations/mac.ts";
import type { Interface } from "../../kinds/kubevirt/interface.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";
import { takenTwice } from "./taken-twice.ts";

/** The in-pod bridge of a masquerade has it. */
const bridgeMac = "02:00:00:00:00:00";

/**
 * What is wrong with one interface's address. Upstream lets addresses of groups through, and libvirt refuses them when the guest
 * starts.
 *
 * @param path  of the interface
 */
export function validateMacAddress({ macAddress, masquerade }: Interface, path: string): Problem[] {
  if (!macAddress) return [];
  const at = `${path}.macAddress`;
  const wrong = describeMac(macAddress);
  if (wrong) return [cause(at, `interface ${path}.name has ${wrong}.`)];
  if (findMac(macAddress) === undefined) {
    const what = /^[0:.-]*$/.test(macAddress) ? "only zeros" : "the address of a group";
    const sentence = `Cannot use "${macAddress}" as an interface's MAC address: it is ${what}; write one such as 02:00:00:00:00:05`;
    return [cause(at, sentence)];
  }
  if (masquerade && findMac(macAddress) === bridgeMac) {
    return [cause(at, "The requested MAC address is reserved for the in-pod bridge. Please choose another one.")];
  }
  return [];
}

/** A guest and its agent tell interfaces apart by their addresses, and the instance's status relies on it. */
export function validateMacsApart(interfaces: readonly Interface[], path: string): Problem[] {
  const macOf = ({ macAddress }: Interface) => (macAddress ? findMac(macAddress) : undefined);
  return takenTwice(interfaces, macOf).map(({ item, owner, index }) => {
    const sentence = `Cannot give interface "${item.name}" the MAC address ${item.macAddress}: interface "${owner.name}" has it; write another, or none to be given one`;
    return cause(`${path}[${index}].macAddress`, sentence, "FieldValueDuplicate");
  });
}

/** Six, eight or twenty bytes, in pairs of digits or in fours; of which only six fit an Ethernet card. */
function describeMac(mac: string): string | undefined {
  const pairs = /^[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(\1[0-9a-fA-F]{2})*$/.test(mac);
  const fours = /^[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4})*$/.test(mac);
  const bytes = mac.replace(/[:.-]/g, "").length / 2;
  if (!(pairs || fours) || ![6, 8, 20].includes(bytes)) return `malformed MAC address (${mac})`;
  return bytes > 6 ? `too long MAC address (${mac})` : undefined;
}
