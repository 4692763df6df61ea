import type { VirtualMachineInstance } from "@peapod/api";

/** Why a subresource of an instance cannot be had now; undefined: it can. */
export type Refusal = { readonly code: 400 | 409; readonly sentence: string } | undefined;

/** What the instance's own state says, before its node is asked. */
export function refuseFor(subresource: string, vmi: VirtualMachineInstance): Refusal {
  if (subresource === "console" && vmi.spec.domain.devices?.autoattachSerialConsole === false) {
    return { code: 400, sentence: "No serial consoles are present." };
  }
  if (vmi.status?.phase !== "Running") return conflict("VMI is not running");
  switch (subresource) {
    case "pause":
      return isPaused(vmi) ? conflict("VMI is already paused") : undefined;
    case "unpause":
      return isPaused(vmi) ? undefined : conflict("VMI is not paused");
    case "softreboot":
      if (isPaused(vmi)) return conflict("VMI is paused");
      return hasAgent(vmi) || vmi.spec.domain.features?.acpi?.enabled !== false
        ? undefined
        : conflict("VMI neither have the agent connected nor the ACPI feature enabled");
    case "guestosinfo":
    case "userlist":
    case "filesystemlist":
      return hasAgent(vmi) ? undefined : conflict("VMI does not have guest agent connected");
    default:
      return undefined;
  }
}

function isPaused(vmi: VirtualMachineInstance): boolean {
  return hasCondition(vmi, "Paused");
}

function hasAgent(vmi: VirtualMachineInstance): boolean {
  return hasCondition(vmi, "AgentConnected");
}

function hasCondition(vmi: VirtualMachineInstance, type: string): boolean {
  return vmi.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}

function conflict(sentence: string): Refusal {
  return { code: 409, sentence };
}
