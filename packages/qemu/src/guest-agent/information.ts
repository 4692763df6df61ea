import { asRecord } from "../qmp/messages.ts";
import type { AgentExecuteOptions, GuestAgent } from "./connection.ts";

export interface AgentInfo {
  readonly version: string;
  readonly commands: readonly { readonly name: string; readonly enabled: boolean }[];
}

/** Field names as the guest's os-release and uname have them; `""` where the guest does not say. */
export interface GuestOsInfo {
  readonly id: string;
  readonly name: string;
  readonly prettyName: string;
  readonly version: string;
  readonly versionId: string;
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly machine: string;
}

export interface GuestInterface {
  /** The guest's own name: `enp1s0`. */
  readonly name: string;
  readonly mac: string | undefined;
  /** IPv4 and IPv6, without prefix length, in the guest's order. */
  readonly addresses: readonly {
    readonly address: string;
    readonly prefix: number;
    readonly family: "ipv4" | "ipv6";
  }[];
}

export interface GuestUser {
  readonly name: string;
  readonly domain: string | undefined;
  /** Seconds since 1970. */
  readonly loginTime: number;
}

export interface GuestFilesystem {
  readonly diskName: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly usedBytes: number;
  readonly totalBytes: number;
  readonly disks: readonly { readonly serial: string; readonly busType: string }[];
}

export interface GuestTimezone {
  readonly zone: string;
  readonly offsetSeconds: number;
}

/** Whether an agent is there and well. @throws {GuestAgentTimeoutError} */
export async function pingAgent(agent: GuestAgent, options?: AgentExecuteOptions): Promise<void> {
  await agent.execute("guest-ping", {}, options);
}

export async function getAgentInfo(agent: GuestAgent, options?: AgentExecuteOptions): Promise<AgentInfo> {
  const info = asRecord(await agent.execute("guest-info", {}, options));
  return {
    version: word(info["version"]),
    commands: list(info["supported_commands"]).map((command) => ({
      name: word(command["name"]),
      enabled: command["enabled"] === true,
    })),
  };
}

export async function getOsInfo(agent: GuestAgent, options?: AgentExecuteOptions): Promise<GuestOsInfo> {
  const info = asRecord(await agent.execute("guest-get-osinfo", {}, options));
  return {
    id: word(info["id"]),
    name: word(info["name"]),
    prettyName: word(info["pretty-name"]),
    version: word(info["version"]),
    versionId: word(info["version-id"]),
    kernelRelease: word(info["kernel-release"]),
    kernelVersion: word(info["kernel-version"]),
    machine: word(info["machine"]),
  };
}

export async function getHostName(agent: GuestAgent, options?: AgentExecuteOptions): Promise<string> {
  return word(asRecord(await agent.execute("guest-get-host-name", {}, options))["host-name"]);
}

export async function getTimezone(agent: GuestAgent, options?: AgentExecuteOptions): Promise<GuestTimezone> {
  const answer = asRecord(await agent.execute("guest-get-timezone", {}, options));
  return { zone: word(answer["zone"]), offsetSeconds: Number(answer["offset"] ?? 0) };
}

export async function getUsers(agent: GuestAgent, options?: AgentExecuteOptions): Promise<readonly GuestUser[]> {
  return list(await agent.execute("guest-get-users", {}, options)).map((user) => ({
    name: word(user["user"]),
    domain: user["domain"] === undefined ? undefined : word(user["domain"]),
    loginTime: Number(user["login-time"] ?? 0),
  }));
}

/** Nanoseconds since 1970 by the guest's clock. */
export async function getTime(agent: GuestAgent, options?: AgentExecuteOptions): Promise<bigint> {
  return BigInt(String(await agent.execute("guest-get-time", {}, options)));
}

export async function getInterfaces(
  agent: GuestAgent,
  options?: AgentExecuteOptions,
): Promise<readonly GuestInterface[]> {
  return list(await agent.execute("guest-network-get-interfaces", {}, options)).map((item) => ({
    name: word(item["name"]),
    mac: item["hardware-address"] === undefined ? undefined : word(item["hardware-address"]),
    addresses: list(item["ip-addresses"] ?? []).map((address) => ({
      address: word(address["ip-address"]),
      prefix: Number(address["prefix"]),
      family: address["ip-address-type"] === "ipv6" ? "ipv6" : "ipv4",
    })),
  }));
}

/** The slowest of the questions: on a busy guest 100 ms and more. */
export async function getFilesystems(
  agent: GuestAgent,
  options?: AgentExecuteOptions,
): Promise<readonly GuestFilesystem[]> {
  return list(await agent.execute("guest-get-fsinfo", {}, options)).map((item) => ({
    diskName: word(item["name"]),
    mountPoint: word(item["mountpoint"]),
    type: word(item["type"]),
    usedBytes: Number(item["used-bytes"] ?? 0),
    totalBytes: Number(item["total-bytes"] ?? 0),
    disks: list(item["disk"] ?? []).map((disk) => ({ serial: word(disk["serial"]), busType: word(disk["bus-type"]) })),
  }));
}

export async function getVcpus(
  agent: GuestAgent,
  options?: AgentExecuteOptions,
): Promise<readonly { readonly logicalId: number; readonly online: boolean; readonly canOffline: boolean }[]> {
  return list(await agent.execute("guest-get-vcpus", {}, options)).map((vcpu) => ({
    logicalId: Number(vcpu["logical-id"]),
    online: vcpu["online"] === true,
    canOffline: vcpu["can-offline"] === true,
  }));
}

export async function getFreezeStatus(agent: GuestAgent, options?: AgentExecuteOptions): Promise<"frozen" | "thawed"> {
  return (await agent.execute("guest-fsfreeze-status", {}, options)) === "frozen" ? "frozen" : "thawed";
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): { readonly [key: string]: unknown }[] {
  if (!Array.isArray(value)) throw new Error(`Expected a JSON array, got ${JSON.stringify(value)?.slice(0, 200)}`);
  return value.map(asRecord);
}
