import { findIp } from "../address/ip.ts";
import { isRecord } from "../deep-equal.ts";
import { AnnotationError } from "./annotation-error.ts";
import {
  isAddress,
  isArray,
  isBandwidth,
  isGuid,
  isInterface,
  isMac,
  isName,
  isPortMappings,
  isText,
} from "./selection-fields.ts";

/** One network that a Multus annotation names. */
export interface NetworkSelection {
  readonly nad: { readonly namespace: string; readonly name: string };
  readonly ifName: string | undefined;
  readonly mac: string | undefined;
  readonly ips: readonly string[];
  readonly portMappings?: readonly unknown[] | undefined;
  readonly bandwidth?: object | undefined;
  readonly infinibandGuid?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Added to `args.cni` of the plugins' configurations. */
  readonly cniArgs?: Readonly<Record<string, unknown>> | undefined;
  /** The pod's default routes go through these, on this interface. */
  readonly defaultRoute?: readonly string[] | undefined;
}

type Fields = { readonly [field: string]: unknown };

/**
 * Reads a list of networks in either of Multus' notations: `[ns/]name[@interface], …`, or a JSON list of objects. Any of `[{"` makes it
 * JSON, as in Multus.
 *
 * @param namespace  of networks that name none
 * @throws {AnnotationError}
 */
export function parseNetworkSelections(
  text: string,
  namespace: string,
  annotation: string,
): readonly NetworkSelection[] {
  if (text.trim() === "") return [];
  const fail = (because: string): never => {
    throw unreadableSelection(annotation, text, because);
  };
  const selections = /[[{"]/.test(text) ? parseJsonList(text, fail) : text.split(",").map(parseShort);
  return selections.map((selection) => parseSelection(selection, namespace, fail));
}

export function unreadableSelection(annotation: string, text: string, because: string): AnnotationError {
  return new AnnotationError(annotation, `Cannot read annotation ${annotation} "${text}": ${because}`);
}

function parseSelection(selection: Fields, namespace: string, fail: (because: string) => never): NetworkSelection {
  const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";
  const optional = <T>(value: unknown, is: (value: unknown) => value is T, what: string): T | undefined => {
    if (value === undefined || value === null || value === "") return undefined;
    return is(value) ? value : fail(`${shown(value)} is no ${what}`);
  };
  const name = selection["name"];
  if (!isName(name)) return fail(`${shown(name ?? "")} is no name of a network`);
  const mac = optional(selection["mac"], isMac, "MAC address");
  const ips = optional(selection["ips"], isArray, "list of addresses")?.map(String) ?? [];
  const wrong = ips.find((ip) => !isAddress(ip));
  if (wrong !== undefined) return fail(`${shown(wrong)} is no address`);
  const defaultRoute = optional(selection["default-route"], isArray, "list of gateways")?.map(String);
  const noGateway = defaultRoute?.find((gateway) => findIp(gateway) === undefined);
  if (noGateway !== undefined) return fail(`${shown(noGateway)} is no gateway`);
  return {
    nad: { namespace: optional(selection["namespace"], isName, "namespace") ?? namespace, name },
    ifName: optional(selection["interface"] ?? selection["interfaceRequest"], isInterface, "name of an interface"),
    mac: mac?.toLowerCase(),
    ips,
    ...known("portMappings", optional(selection["portMappings"], isPortMappings, "list of port mappings")),
    ...known("bandwidth", optional(selection["bandwidth"], isBandwidth, "bandwidth: both of a rate and its burst")),
    ...known("infinibandGuid", optional(selection["infiniband-guid"], isGuid, "InfiniBand GUID")),
    ...known("deviceId", optional(selection["deviceID"], isText, "name of a device")),
    ...known("cniArgs", optional(selection["cni-args"], isRecord, "object of arguments")),
    ...known("defaultRoute", defaultRoute),
  };
}

function known<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: T }); // TypeScript widens computed keys
}

function parseShort(text: string): Fields {
  const match = /^(?:([^/@]*)\/)?([^/@]*)(?:@(.*))?$/.exec(text.trim());
  return {
    name: match?.[2] ?? text.trim(),
    ...(match?.[1] !== undefined && { namespace: match[1] }),
    ...(match?.[3] !== undefined && { interface: match[3] === "" ? " " : match[3] }), // `a@` names one, wrongly
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
