import { dns1123Label, duplicate, forbidden, invalid, type Problem, required } from "@peapod/api";
import { isHeadless, isOutward, type Port, type Spec } from "./spec.ts";

/** What is wrong with a service's ports. */
export function validatePorts(spec: Spec): readonly Problem[] {
  const ports = spec.ports ?? [];
  if (ports.length === 0) {
    return isHeadless(spec) || spec.type === "ExternalName" ? [] : [required("spec.ports")];
  }
  const names = new Set<string>();
  const nodePorts = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = `spec.ports[${index}]`;
    return [
      ...validateName(port, path, ports.length, names),
      ...validateNumber(`${path}.port`, port.port),
      ...validateTarget(`${path}.targetPort`, port.targetPort),
      ...validateNodePort(port, path, spec, nodePorts),
    ];
  });
}

function validateName({ name = "" }: Port, path: string, count: number, names: Set<string>): readonly Problem[] {
  if (name === "") return count > 1 ? [required(`${path}.name`)] : [];
  const problems = dns1123Label(name).map((why) => invalid(`${path}.name`, name, why));
  if (problems.length === 0 && names.has(name)) return [duplicate(`${path}.name`, name)];
  names.add(name);
  return problems;
}

function validateNumber(path: string, port: number): readonly Problem[] {
  return port >= 1 && port <= 65_535 ? [] : [invalid(path, port, "must be between 1 and 65535, inclusive")];
}

function validateTarget(path: string, target: Port["targetPort"]): readonly Problem[] {
  if (target === undefined) return [];
  if (typeof target === "number") return validateNumber(path, target);
  return portNameProblems(target).map((why) => invalid(path, target, why));
}

/** A name as IANA gives them to services. */
function portNameProblems(name: string): readonly string[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push("must be no more than 15 characters");
  if (!/^[-a-z0-9]+$/.test(name))
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(name)) problems.push("must contain at least one letter (a-z)");
  if (name.includes("--")) problems.push("must not contain consecutive hyphens");
  if (/^-|-$/.test(name)) problems.push("must not begin or end with a hyphen");
  return problems;
}

function validateNodePort(
  { nodePort = 0, protocol = "TCP" }: Port,
  path: string,
  spec: Spec,
  taken: Set<string>,
): readonly Problem[] {
  if (nodePort === 0) return [];
  if (!isOutward(spec)) {
    return [forbidden(`${path}.nodePort`, `may not be used when \`type\` is '${spec.type}'`)];
  }
  const key = `${nodePort}/${protocol}`;
  if (taken.has(key)) return [duplicate(`${path}.nodePort`, nodePort)];
  taken.add(key);
  return [];
}
