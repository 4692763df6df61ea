import { parseIpWithPrefix } from "@peapod/api";
import type { CniDns, CniInterface, CniIp, CniResult, CniRoute } from "./types.ts";

export const emptyResult: CniResult = { interfaces: [], ips: [], routes: [], dns: {} };

/**
 * Reads a plugin's answer of any version from 0.3.0 to 1.1.0. Nothing at all (a plugin that only tunes) is an empty result.
 *
 * @throws {SyntaxError} when it is no JSON object
 */
export function parseResult(text: string): CniResult {
  if (text.trim() === "") return emptyResult;
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new SyntaxError("a CNI result is a JSON object");
  return {
    interfaces: records(value["interfaces"]).map(
      (item): CniInterface => ({
        name: String(item["name"] ?? ""),
        ...(typeof item["mac"] === "string" && { mac: item["mac"] }),
        ...(typeof item["mtu"] === "number" && { mtu: item["mtu"] }),
        ...(typeof item["sandbox"] === "string" && item["sandbox"] !== "" && { sandbox: item["sandbox"] }),
        ...(typeof item["socketPath"] === "string" && { socketPath: item["socketPath"] }),
        ...(typeof item["pciID"] === "string" && { pciID: item["pciID"] }),
      }),
    ),
    ips: records(value["ips"]).map(
      (item): CniIp => ({
        address: String(item["address"] ?? ""),
        ...(typeof item["gateway"] === "string" && item["gateway"] !== "" && { gateway: item["gateway"] }),
        ...(typeof item["interface"] === "number" && { interface: item["interface"] }),
      }),
    ),
    routes: records(value["routes"]).map(
      (item): CniRoute => ({
        dst: String(item["dst"] ?? ""),
        ...(typeof item["gw"] === "string" && item["gw"] !== "" && { gw: item["gw"] }),
        ...numbers(item, ["mtu", "advmss", "priority", "table", "scope"]),
      }),
    ),
    dns: parseDns(value["dns"]),
  };
}

/** The result as a plugin of that version expects it in `prevResult`: before 1.0 every address names its family. */
export function renderResult(result: CniResult, cniVersion: string): Readonly<Record<string, unknown>> {
  const isOld = cniVersion.startsWith("0.");
  const ips = result.ips.map((ip) => (isOld ? { version: String(familyOf(ip)), ...ip } : ip));
  return { cniVersion, interfaces: result.interfaces, ips, routes: result.routes, dns: result.dns };
}

function familyOf({ address }: CniIp): 4 | 6 {
  return parseIpWithPrefix(address).ip.family;
}

function parseDns(value: unknown): CniDns {
  if (!isRecord(value)) return {};
  const texts = (name: string) =>
    Array.isArray(value[name]) && value[name].length > 0 ? { [name]: value[name].map(String) } : {};
  return {
    ...texts("nameservers"),
    ...(typeof value["domain"] === "string" && value["domain"] !== "" && { domain: value["domain"] }),
    ...texts("search"),
    ...texts("options"),
  };
}

function numbers(item: Record<string, unknown>, names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.flatMap((name) => (typeof item[name] === "number" ? [[name, item[name]]] : [])));
}

function records(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
