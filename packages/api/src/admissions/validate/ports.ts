import type { Interface, Port, PortRange } from "../../kinds/kubevirt/interface.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

const maxRanges = 10;

export function validatePorts(ports: readonly Port[], path: string): Problem[] {
  const seen = new Set<string>();
  return ports.flatMap(({ name, port, protocol }, index) => {
    const at = `${path}[${index}]`;
    const problems: Problem[] = [];
    if (name && seen.has(name)) {
      problems.push(cause(`${at}.name`, `Duplicate name of the port: ${name}`, "FieldValueDuplicate"));
    }
    if (name && !isPortName(name)) problems.push(cause(`${at}.name`, `Invalid name of the port: ${name}`));
    if (name) seen.add(name);
    if (port === 0) problems.push(cause(`${at}.port`, "Port field is mandatory.", "FieldValueRequired"));
    if (port < 0 || port >= 65_536) problems.push(cause(`${at}.port`, "Port field must be in range 0 < x < 65536."));
    if (protocol && !isProtocol(protocol)) {
      problems.push(cause(`${at}.protocol`, "Unknown protocol, only TCP or UDP allowed"));
    }
    return problems;
  });
}

/** A few ranges that do not overlap, instead of a list of ports, where ports are forwarded at all. */
export function validatePortRanges(nic: Interface, path: string): Problem[] {
  const { portRanges = [], ports = [], masquerade, passt, passtBinding } = nic;
  if (portRanges.length === 0) return [];
  const problems = portRanges.flatMap((range, index) => validateRange(range, portRanges, `${path}[${index}]`));
  if (!masquerade && !passt && !passtBinding) {
    problems.push(cause(path, "Port ranges are forwarded by masquerade and passt only"));
  }
  if (ports.length > 0)
    problems.push(cause(path, "Port ranges cannot stand beside ports: write single ports as ranges"));
  if (portRanges.length > maxRanges) problems.push(cause(path, `There can be at most ${maxRanges} port ranges`));
  return problems;
}

function validateRange(range: PortRange, all: readonly PortRange[], path: string): Problem[] {
  const { start, end, protocol } = range;
  const problems: Problem[] = [];
  if (start < 1 || end > 65_535 || start > end) {
    problems.push(
      cause(path, `Ports ${start} to ${end} are no range: it begins at 1 or later, and ends at 65535 or before`),
    );
  }
  if (!isProtocol(protocol)) problems.push(cause(`${path}.protocol`, "Unknown protocol, only TCP or UDP allowed"));
  const earlier = all.slice(0, all.indexOf(range));
  const other = earlier.find((one) => one.protocol === protocol && one.start <= end && start <= one.end);
  if (other) problems.push(cause(path, `Ports ${start} to ${end} overlap with ${other.start} to ${other.end}`));
  return problems;
}

function isProtocol(text: string): boolean {
  return text === "TCP" || text === "UDP";
}

/** An IANA service name. */
function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}
