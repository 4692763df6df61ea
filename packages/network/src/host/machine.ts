import { readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { findIp, isLoopback } from "@peapod/api";
import { observeLinks, observeRoutes } from "../link/namespace.ts";
import type { Link, Route } from "../link/types.ts";

/** What this machine's network is like. */
export interface MachineNetwork {
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  /** Of the interface that the default route leaves by; 1500 where there is none. */
  readonly mtu: number;
}

export async function observeMachine(signal?: AbortSignal): Promise<MachineNetwork> {
  const [links, routes] = await Promise.all([observeLinks(undefined, signal), observeRoutes(undefined, signal)]);
  const device = routes.find(({ destination }) => destination === "0.0.0.0/0")?.device;
  return { links, routes, mtu: links.find(({ name }) => name === device)?.mtu ?? 1500 };
}

/** Name servers and search domains. */
export interface ResolverConfig {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
}

/**
 * Where pods may ask for names: the machine's own servers. A server on the machine's loopback is out of a pod's reach; the one of
 * systemd keeps those it asks itself in a second file.
 */
export async function readResolvers(
  paths: readonly string[] = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"],
): Promise<ResolverConfig> {
  let found: ResolverConfig = { nameservers: [], search: [] };
  for (const path of paths) {
    const config = parseResolvConf(await readFile(path, "utf8").catch(() => ""));
    const nameservers = config.nameservers.filter((text) => {
      const ip = findIp(text);
      return ip !== undefined && !isLoopback(ip);
    });
    found = { nameservers, search: found.search.length > 0 ? found.search : config.search };
    if (nameservers.length > 0) return found;
  }
  return found;
}

/** @see man 5 resolv.conf: the last `search` or `domain` counts, `.` names no domain */
export function parseResolvConf(text: string): ResolverConfig {
  const lines = text.split("\n").map((line) =>
    line
      .replace(/[#;].*$/, "")
      .trim()
      .split(/\s+/),
  );
  const search = lines.findLast(([word]) => word === "search" || word === "domain")?.slice(1) ?? [];
  return {
    nameservers: lines.flatMap(([word, address]) => (word === "nameserver" && address !== undefined ? [address] : [])),
    search: search.filter((domain) => domain !== "."),
  };
}

/** Tells network namespaces apart: `net:[4026531840]`. */
export function currentNetns(): string {
  return readlinkSync("/proc/self/ns/net");
}

/** A setting of our namespace, `net/ipv4/ip_forward`; undefined where this kernel has none. */
export function readSetting(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, "utf8").trim();
  } catch {
    return undefined;
  }
}

export function writeSetting(path: string, value: string): void {
  writeFileSync(`/proc/sys/${path}`, value);
}

/** When a process started, in ticks after boot: with the pid it names one process for ever. Undefined: there is none. */
export function processStartTime(pid: number | "self"): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, also spaces and parentheses.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
