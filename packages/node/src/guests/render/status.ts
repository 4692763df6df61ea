import type { VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import { phaseOf, type withCondition, withoutCondition, withPhase } from "@peapod/compute";
import type { GuestEnd } from "../guest-file.ts";
import type { Facts, NewEvent, SeenGuest } from "../types.ts";
import { renderConditions } from "./conditions.ts";
import { renderGuestOs } from "./guest-os.ts";
import { renderInterfaces } from "./interfaces.ts";
import { renderVolumes } from "./volumes.ts";

export interface StatusProjection {
  readonly status: VirtualMachineInstanceStatus;
  /** What a person is told of the change. */
  readonly events: readonly NewEvent[];
}

/** The status of a VMI whose guest is there, as far as the node half decides it; everything else is left as it is. */
export function renderRunningStatus(
  vmi: VirtualMachineInstance,
  guest: Extract<SeenGuest, { is: "present" }>,
  { now }: Pick<Facts, "now">,
): StatusProjection {
  const before = vmi.status ?? {};
  const { domain, machineType, agent, isFrozen } = guest.facts;
  const { conditions, events } = renderConditions(vmi, guest, now);
  const isNew = phaseOf(vmi) !== "Running";
  const { guestOSInfo: _, fsFreezeStatus: __, ...rest } = before;
  return {
    status: {
      ...withPhase(rest, "Running", now),
      conditions,
      interfaces: renderInterfaces(vmi, guest.facts),
      ...renderGuestOs(agent),
      ...(isFrozen && { fsFreezeStatus: "frozen" }),
      volumeStatus: renderVolumes(vmi, guest.facts),
      ...(machineType && { machine: { type: machineType } }),
      memory: renderMemory(before.memory, domain.memory.sizeBytes),
      currentCPUTopology: {
        sockets: domain.cpu.sockets,
        cores: domain.cpu.cores,
        threads: domain.cpu.threads,
      },
      migrationMethod: vmi.spec.volumes?.some(isLocal) ? "BlockMigration" : "LiveMigration",
      migrationTransport: "Unix",
    },
    events: isNew
      ? [{ type: "Normal", reason: "Started", message: "VirtualMachineInstance started." }, ...events]
      : events,
  };
}

/** The last status of a VMI whose guest is gone. */
export function renderEndedStatus(vmi: VirtualMachineInstance, end: GuestEnd, now: Date): StatusProjection {
  const before = vmi.status ?? {};
  const conditions = ["AgentConnected", "Paused", "Synchronized"].reduce(
    withoutCondition,
    before.conditions as Parameters<typeof withCondition>[0],
  );
  return {
    status: {
      ...withPhase(before, end.failed ? "Failed" : "Succeeded", now),
      ...(conditions && { conditions }),
      ...(end.failed && { reason: end.reason }),
    },
    events: [
      end.failed && end.reason !== "NodeShutdown"
        ? { type: "Warning", reason: "Stopped", message: "The VirtualMachineInstance crashed." }
        : { type: "Normal", reason: "Stopped", message: "The VirtualMachineInstance was shut down." },
    ],
  };
}

function renderMemory(
  before: VirtualMachineInstanceStatus["memory"],
  bytes: number,
): NonNullable<VirtualMachineInstanceStatus["memory"]> {
  const MiB = 1024 * 1024;
  const now = bytes % MiB === 0 ? `${bytes / MiB}Mi` : String(bytes);
  return {
    ...before,
    guestAtBoot: before?.guestAtBoot ?? now,
    guestCurrent: now,
    guestRequested: before?.guestRequested ?? now,
  };
}

/** A volume whose content is on this node alone. */
function isLocal(volume: NonNullable<VirtualMachineInstance["spec"]["volumes"]>[number]): boolean {
  return !(volume.persistentVolumeClaim ?? volume.dataVolume);
}
