import { findIp } from "../address/ip.ts";
import { isRecord } from "../deep-equal.ts";

/** What the fields of a network selection may be, as Multus reads them. */

export function isName(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value);
}

export function isInterface(value: unknown): value is string {
  return typeof value === "string" && /^(?!\.{1,2}$)[^\s/:]{1,15}$/.test(value);
}

export function isMac(value: unknown): value is string {
  return typeof value === "string" && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value);
}

export function isGuid(value: unknown): value is string {
  return typeof value === "string" && /^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(value);
}

export function isAddress(text: string): boolean {
  return findIp(text.replace(/\/\d+$/, "")) !== undefined;
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isPortMappings(value: unknown): value is readonly unknown[] {
  const isPort = (port: unknown): boolean => typeof port === "number" && port > 0 && port < 65_536;
  return (
    isArray(value) && value.every((one) => isRecord(one) && isPort(one["hostPort"]) && isPort(one["containerPort"]))
  );
}

export function isBandwidth(value: unknown): value is object {
  if (!isRecord(value)) return false;
  const isRate = (name: string): boolean => value[name] === undefined || typeof value[name] === "number";
  const names = ["ingressRate", "ingressBurst", "egressRate", "egressBurst"];
  const isWhole = (direction: string): boolean => !value[`${direction}Rate`] === !value[`${direction}Burst`];
  return names.every(isRate) && isWhole("ingress") && isWhole("egress");
}
