import { findIp } from "../address/ip.ts";
import { isRecord } from "../deep-equal.ts";
import { AnnotationError } from "./annotation-error.ts";

export const defaultNetworkAnnotation = "v1.multus-cni.io/default-network";
/** Of a default network that is named without one. */
export const multusNamespace = "kube-system";
export const networksAnnotation = "k8s.v1.cni.cncf.io/networks";

/** One network that a Multus annotation names. */
export interface NetworkSelection {
  readonly nad: { readonly namespace: string; readonly name: string };
  readonly ifName: string | undefined;
  readonly mac: string | undefined;
  readonly ips: readonly string[];
}

/**
 * `[ns/]name[@interface], …` or a JSON list of objects; any of `[{"` makes it JSON, as in Multus.
 *
 * @param namespace  of networks that are named without one
 * @throws {AnnotationError}
 */
export function parseNetworkSelections(
  text: string,
  namespace: string,
  annotation: string,
): readonly NetworkSelection[] {
  if (text.trim() === "") return [];
  const fail = (because: string): never => {
    throw new AnnotationError(annotation, `Cannot read annotation ${annotation} "${text}": ${because}`);
  };
  const selections = /[[{"]/.test(text) ? parseJsonList(text, fail) : text.split(",").map(parseShort);
  return selections.map((selection) => {
    const name = selection["name"];
    if (typeof name !== "string" || !isName(name)) return fail(`${JSON.stringify(name ?? "")} is no name of a network`);
    const own = selection["namespace"] ?? namespace;
    if (typeof own !== "string" || !isName(own)) return fail(`${JSON.stringify(own)} is no namespace`);
    const ifName = selection["interface"];
    if (ifName !== undefined && (typeof ifName !== "string" || !/^(?!\.{1,2}$)[^\s/:]{1,15}$/.test(ifName))) {
      return fail(`${JSON.stringify(ifName)} is no name of an interface`);
    }
    const mac = selection["mac"];
    if (mac !== undefined && (typeof mac !== "string" || !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac))) {
      return fail(`${JSON.stringify(mac)} is no MAC address`);
    }
    const ips = Array.isArray(selection["ips"]) ? selection["ips"].map(String) : [];
    const wrong = ips.find((ip) => findIp(ip.replace(/\/\d+$/, "")) === undefined);
    if (wrong !== undefined) return fail(`${JSON.stringify(wrong)} is no address`);
    return { nad: { namespace: own, name }, ifName, mac: mac?.toLowerCase(), ips };
  });
}

type Fields = { readonly [field: string]: unknown };

function parseShort(text: string): Fields {
  const match = /^(?:([^/@]*)\/)?([^/@]*)(?:@(.*))?$/.exec(text.trim());
  return {
    name: match?.[2] ?? text.trim(),
    ...(match?.[1] !== undefined && { namespace: match[1] }),
    ...(match?.[3] !== undefined && { interface: match[3] }),
  };
}

function parseJsonList(text: string, fail: (because: string) => never): readonly Fields[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail("it is not JSON");
  }
  if (!Array.isArray(value)) return fail("it is not a list");
  return value.map((item: unknown) => (isRecord(item) ? item : { name: item }));
}

function isName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);
}
