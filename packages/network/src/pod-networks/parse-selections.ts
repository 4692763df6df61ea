import { findIp } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import type { PodNetworkRequest } from "./types.ts";

/** One network that an annotation asks for. */
export type Selection = Omit<PodNetworkRequest, "ifName" | "isDefault"> & { readonly ifName: string | undefined };

/**
 * Reads a list of networks in either of Multus' notations: `[ns/]name[@interface], …`, or a JSON list of objects. Any of `[{"` makes it
 * JSON, as in Multus.
 *
 * @param namespace  of networks that name none
 * @throws {InvalidSpecError}
 */
export function parseSelections(text: string, namespace: string, annotation: string): readonly Selection[] {
  if (text.trim() === "") return [];
  const selections = /[[{"]/.test(text) ? parseJsonList(text, annotation) : text.split(",").map(parseShort);
  return selections.map((selection) =>
    parseSelection(selection, namespace, (because) => {
      throw unreadable(annotation, text, because);
    }),
  );
}

export function unreadable(annotation: string, text: string, because: string): InvalidSpecError {
  return new InvalidSpecError(`Cannot read annotation ${annotation} "${text}": ${because}`, {
    path: `metadata.annotations[${annotation}]`,
    advice: "Write namespace/name, or a JSON list of objects with name, namespace and interface",
  });
}

function parseSelection(
  selection: Record<string, unknown>,
  namespace: string,
  fail: (because: string) => never,
): Selection {
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

function parseShort(text: string): Record<string, unknown> {
  const match = /^(?:([^/@]*)\/)?([^/@]*)(?:@(.*))?$/.exec(text.trim());
  return {
    name: match?.[2] ?? text.trim(),
    ...(match?.[1] !== undefined && { namespace: match[1] }),
    ...(match?.[3] !== undefined && { interface: match[3] === "" ? " " : match[3] }), // `a@` names one, wrongly
  };
}

function parseJsonList(text: string, annotation: string): readonly Record<string, unknown>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(annotation, text, "it is not JSON");
  }
  if (!Array.isArray(value)) throw unreadable(annotation, text, "it is not a list");
  return value.map((item: unknown) => (isRecord(item) ? item : { name: item }));
}

function isName(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value);
}

function isInterface(value: unknown): value is string {
  return typeof value === "string" && /^(?!\.{1,2}$)[^\s/:]{1,15}$/.test(value);
}

function isMac(value: unknown): value is string {
  return typeof value === "string" && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value);
}

function isGuid(value: unknown): value is string {
  return typeof value === "string" && /^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(value);
}

function isAddress(text: string): boolean {
  return findIp(text.replace(/\/\d+$/, "")) !== undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPortMappings(value: unknown): value is readonly unknown[] {
  const isPort = (port: unknown): boolean => typeof port === "number" && port > 0 && port < 65_536;
  return (
    isArray(value) && value.every((one) => isRecord(one) && isPort(one["hostPort"]) && isPort(one["containerPort"]))
  );
}

function isBandwidth(value: unknown): value is object {
  if (!isRecord(value)) return false;
  const isRate = (name: string): boolean => value[name] === undefined || typeof value[name] === "number";
  const names = ["ingressRate", "ingressBurst", "egressRate", "egressBurst"];
  const isWhole = (direction: string): boolean => !value[`${direction}Rate`] === !value[`${direction}Burst`];
  return names.every(isRate) && isWhole("ingress") && isWhole("egress");
}
