import { findIp, formatIp, type IpFamily } from "../address/ip.ts";
import { AnnotationError, type Annotations, wrongFormat } from "./annotation-error.ts";
import { checkInterfaces, parseObjects, textOf } from "./json.ts";
import { findMac } from "./mac.ts";

export const addressesAnnotation = "ipam.peapod.io/addresses";
/** Kube-OVN's, for the pod's first interface; of others it begins with `<nad>.<namespace>.`. */
export const ovnAddressAnnotation = "ovn.kubernetes.io/ip_address";
export const ovnMacAnnotation = "ovn.kubernetes.io/mac_address";

/** Exactly these addresses for one interface. Canonical texts, without prefix lengths. */
export interface AddressWish {
  /** Where neither interface nor provider is named, which is so in all wishes or in none, they are meant in the order of interfaces. */
  readonly interface: string | undefined;
  /** Kube-OVN's word for a network, `<nad>.<namespace>`. */
  readonly provider: string | undefined;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
  readonly mac: string | undefined;
}

/**
 * The particular addresses that a pod asks for: `[{"interface":"eth0","ipv4":"10.7.120.150","ipv6":"fd00::5","mac":"02:00:…"}]`, or
 * what Kube-OVN's users write.
 *
 * @throws {AnnotationError}
 */
export function parseAddressWishes(annotations: Annotations): readonly AddressWish[] {
  const text = annotations[addressesAnnotation];
  const ovn = Object.keys(annotations).filter((annotation) => ovnPattern.test(annotation));
  if (text !== undefined && ovn[0] !== undefined) {
    throw new AnnotationError(
      ovn[0],
      `Cannot honour annotation "${ovn[0]}" beside "${addressesAnnotation}": say which addresses you want in one of them`,
    );
  }
  const wishes = text === undefined ? parseOvn(annotations, ovn) : parseOwn(text);
  checkOnce(text === undefined ? (ovn[0] ?? "") : addressesAnnotation, wishes);
  return wishes;
}

function parseOwn(text: string): readonly AddressWish[] {
  const wishes = parseObjects(addressesAnnotation, text).map((item) => ({
    interface: textOf(addressesAnnotation, item, "interface") || undefined,
    provider: undefined,
    ipv4: addressOf(addressesAnnotation, textOf(addressesAnnotation, item, "ipv4"), 4),
    ipv6: addressOf(addressesAnnotation, textOf(addressesAnnotation, item, "ipv6"), 6),
    mac: macOf(addressesAnnotation, textOf(addressesAnnotation, item, "mac")),
  }));
  checkInterfaces(
    addressesAnnotation,
    wishes.map((wish) => wish.interface),
  );
  return wishes;
}

const ovnPattern = /^(?:(.+)\.)?ovn\.kubernetes\.io\/(?:ip|mac)_address$/;

function parseOvn(annotations: Annotations, keys: readonly string[]): readonly AddressWish[] {
  const providers = new Set(keys.map((key) => ovnPattern.exec(key)?.[1]));
  return [...providers].map((provider) => {
    const prefix = provider === undefined ? "" : `${provider}.`;
    const macKey = `${prefix}${ovnMacAnnotation}`;
    return {
      interface: provider === undefined ? "eth0" : undefined,
      provider,
      ...parseOvnAddresses(`${prefix}${ovnAddressAnnotation}`, annotations),
      mac: macOf(macKey, annotations[macKey]?.trim()),
    };
  });
}

/** `10.16.0.15`, `fd00::5`, or one of each with a comma. */
function parseOvnAddresses(annotation: string, annotations: Annotations): Pick<AddressWish, "ipv4" | "ipv6"> {
  const found: { [family in IpFamily]?: string } = {};
  for (const part of annotations[annotation]?.split(",") ?? []) {
    const ip = findIp(part.trim());
    if (!ip) throw wrongFormat(annotation, `"${part}" is no IP address`);
    if (found[ip.family] !== undefined) {
      throw wrongFormat(annotation, `one address of each family is enough, and there are two of IPv${ip.family}`);
    }
    found[ip.family] = formatIp(ip);
  }
  return { ipv4: found[4], ipv6: found[6] };
}

function addressOf(annotation: string, text: string | undefined, family: IpFamily): string | undefined {
  if (text === undefined) return undefined;
  const ip = findIp(text);
  if (ip?.family !== family) throw wrongFormat(annotation, `"${text}" is no IPv${family} address`);
  return formatIp(ip);
}

function macOf(annotation: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const mac = findMac(text);
  if (mac === undefined) {
    throw wrongFormat(annotation, `"${text}" is no MAC address of one interface, such as 02:00:00:00:00:05`);
  }
  return mac;
}

/** One address is of one interface. */
function checkOnce(annotation: string, wishes: readonly AddressWish[]): void {
  const seen = new Set<string>();
  for (const address of wishes.flatMap(({ ipv4, ipv6, mac }) => [ipv4, ipv6, mac])) {
    if (address === undefined) continue;
    if (seen.has(address)) throw wrongFormat(annotation, `${address} is there twice`);
    seen.add(address);
  }
}
