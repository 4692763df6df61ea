import { readFile } from "node:fs/promises";
import { containsIp, formatIp, parseCidr } from "@peapod/api";
import type { Facts } from "./plan.ts";

/** Which route services need on this machine. Where any leads there (a default route does) it stays as it is: the rules decide. */
export async function findMissingRoute(network: string, device: string): Promise<Facts["missingRoute"]> {
  const routes = await readFile("/proc/net/route", "utf8");
  const devices = await readFile("/proc/net/dev", "utf8");
  const hasDevice = devices.split("\n").some((line) => line.trimStart().startsWith(`${device}:`));
  return hasDevice && !isCovered(network, routes) ? { network, device } : undefined;
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
