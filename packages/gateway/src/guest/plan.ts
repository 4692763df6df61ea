import type { VirtualMachine, VirtualMachineInstance } from "@peapod/api";

/** Why a subresource of an instance cannot be had now; undefined: it can. The sentences are upstream's. */
export type Refusal =
  | { readonly reason: "BadRequest" | "Forbidden"; readonly sentence: string }
  | {
      readonly reason: "Conflict";
      readonly sentence: string;
      /** Upstream names the machine where its state is in the way, and the instance otherwise. */
      readonly of: "virtualmachine" | "virtualmachineinstance";
    }
  | undefined;

export interface GuestFacts {
  readonly vmi: VirtualMachineInstance;
  /** The VirtualMachine of the same name, where there is one. */
  readonly vm: VirtualMachine | undefined;
}

/** What the objects themselves say, before the node is asked. */
export function refuseFor(subresource: string, { vm, vmi }: GuestFacts): Refusal {
  switch (subresource) {
    case "pause":
      if (!isRunning(vmi)) return conflict("VM is not running");
      if (hasProbeThatPauses(vmi)) return forbidden("Pausing VMIs with LivenessProbe is currently not supported");
      return isPaused(vmi) ? conflict("VMI is already paused") : undefined;
    case "unpause":
      if (vm?.status?.snapshotInProgress !== undefined) return conflict("VM snapshot is in progress", "virtualmachine");
      if (!isRunning(vmi)) return conflict("VMI is not running");
      return isPaused(vmi) ? undefined : conflict("VMI is not paused");
    case "softreboot":
      if (!isRunning(vmi)) return conflict("VM is not running");
      if (isPaused(vmi)) return conflict("VMI is paused");
      if (hasAgent(vmi) || vmi.spec.domain.features?.acpi?.enabled !== false) return undefined;
      return conflict("VMI neither have the agent connected nor the ACPI feature enabled");
    case "reset":
      return isRunning(vmi) ? undefined : badRequest(`Failed to reset non-running VMI with ${unreachable(vmi)}`);
    case "guestosinfo":
    case "userlist":
    case "filesystemlist":
      if (!isRunning(vmi)) return conflict("VMI is not running");
      return hasAgent(vmi) ? undefined : conflict("VMI does not have guest agent connected");
    case "console":
      if (vmi.spec.domain.devices?.autoattachSerialConsole === false) {
        return badRequest("No serial consoles are present.");
      }
      if (vmi.status?.phase === "Failed") return conflict("VMI is in failed status");
      return isRunning(vmi) ? undefined : badRequest("VMI is not running");
    case "portforward":
      return isPaused(vmi) ? conflict("VMI is paused") : refusePort(vmi);
    default:
      return undefined;
  }
}

/** A port of a guest is dialled at its first interface, as upstream does it. */
function refusePort(vmi: VirtualMachineInstance): Refusal {
  if ((vmi.status?.interfaces ?? []).length === 0) return badRequest("no network interfaces are present");
  return isRunning(vmi) ? undefined : conflict("VMI is not running");
}

/** A port forward to a VirtualMachine goes to its instance, where it has one of its own. */
export function refuseInstanceOf(vm: VirtualMachine): Refusal {
  return vm.status?.created === true ? undefined : conflict("VMI is not started", "virtualmachine");
}

/** A paused guest answers its agent's ping no less than a stuck one; the other probes would restart it. */
function hasProbeThatPauses(vmi: VirtualMachineInstance): boolean {
  const probe = vmi.spec.livenessProbe;
  return probe !== undefined && probe.guestAgentPing === undefined;
}

function unreachable(vmi: VirtualMachineInstance): string {
  const phase = vmi.status?.phase ?? "";
  if (phase === "Scheduled") return `phase ${phase}: VMI is not running`;
  return `phase ${phase}: Unable to connect to VirtualMachineInstance because phase is ${phase} instead of Running or Scheduled`;
}

function isRunning(vmi: VirtualMachineInstance): boolean {
  return vmi.status?.phase === "Running";
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

function conflict(
  sentence: string,
  of: "virtualmachine" | "virtualmachineinstance" = "virtualmachineinstance",
): Refusal {
  return { reason: "Conflict", sentence, of };
}

function badRequest(sentence: string): Refusal {
  return { reason: "BadRequest", sentence };
}

function forbidden(sentence: string): Refusal {
  return { reason: "Forbidden", sentence };
}
