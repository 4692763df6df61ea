import { readFile } from "node:fs/promises";
import { containsIp, formatIp, parseCidr } from "@peapod/api";
import { linkNames } from "../link/link-names.ts";
import type { Facts } from "./plan.ts";

/** Tells our route from one of the machine's own; a number that no routing program has been given. */
const protocol = "112";

/** What `ip route` is told of the route: to `replace` it, and to `delete` it. */
export function serviceRoute(network: string, device: string): readonly string[] {
  return [network, "dev", device, "proto", protocol];
}

/**
 * Which route services need on this machine. Where any leads there (a default route does) it stays as it is: the rules decide. It leads
 * to the pods' bridge, with which it goes, or where there is none (all guests are on networks of their own) to loopback.
 */
export async function findMissingRoute(network: string, bridge: string): Promise<Facts["missingRoute"]> {
  if (isCovered(network, await readFile("/proc/net/route", "utf8"))) return undefined;
  return { network, device: (await linkNames()).has(bridge) ? bridge : "lo" };
}

/** @param routes  `/proc/net/route` */
export function isCovered(network: string, routes: string): boolean {
  const { base, prefixLength } = parseCidr(network);
  return routes
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .some(([, destination = "", , , , , , mask = ""]) => {
      if (destination === "") return false;
      const length = [...mask].reduce((sum, digit) => sum + bitsOf(Number.parseInt(digit, 16)), 0);
      const route = parseCidr(`${formatIp({ family: 4, value: littleEndian(destination) })}/${length}`);
      return length <= prefixLength && containsIp(route, { family: 4, value: base });
    });
}

function littleEndian(hex: string): bigint {
  return BigInt(`0x${hex.match(/../g)?.reverse().join("") ?? "0"}`);
}

function bitsOf(digit: number): number {
  return [8, 4, 2, 1].filter((bit) => (digit & bit) !== 0).length;
}
