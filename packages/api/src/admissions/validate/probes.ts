import type { GuestProbe } from "../../kinds/kubevirt/guest-probe.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

export function validateProbes(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const hasPodNetwork = (spec.networks ?? []).some(({ pod }) => pod !== undefined);
  return (["readinessProbe", "livenessProbe"] as const).flatMap((field) => {
    const probe = spec[field];
    return probe ? validateProbe(probe, `${path}.${field}`, hasPodNetwork) : [];
  });
}

function validateProbe(probe: GuestProbe, path: string, hasPodNetwork: boolean): Problem[] {
  const { exec, guestAgentPing, httpGet, tcpSocket } = probe;
  const handlers = [exec, guestAgentPing, httpGet, tcpSocket].filter((handler) => handler !== undefined).length;
  const problems: Problem[] = [];
  if (handlers > 1) problems.push(cause(path, `${path} must have exactly one probe type set`));
  if (handlers < 1) {
    const ways = `${path}.tcpSocket, ${path}.exec or ${path}.httpGet`;
    problems.push(cause(path, `either ${ways} must be set if a ${path} is specified`, "FieldValueRequired"));
  }
  if (!hasPodNetwork && (httpGet || tcpSocket)) {
    const at = `${path}.${httpGet ? "httpGet" : "tcpSocket"}`;
    problems.push(cause(at, `${at} is only allowed if the Pod Network is attached`));
  }
  return problems;
}
