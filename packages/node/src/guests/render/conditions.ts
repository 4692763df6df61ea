import type { VirtualMachineInstance } from "@peapod/api";
import {
  hasCondition,
  type InstanceCondition,
  type NewCondition,
  withCondition,
  withoutCondition,
} from "@peapod/compute";
import { interfaceLost } from "../mending/render/news.ts";
import type { NewEvent, SeenGuest } from "../types.ts";

/** The conditions that the node half writes, and what to tell of their change. */
export function renderConditions(
  vmi: VirtualMachineInstance,
  guest: Extract<SeenGuest, { is: "present" }>,
  now: Date,
): { readonly conditions: readonly InstanceCondition[]; readonly events: readonly NewEvent[] } {
  const before = vmi.status?.conditions;
  const paused = pausedCondition(guest);
  const wanted: readonly (readonly [string, NewCondition | undefined])[] = [
    ["LiveMigratable", migratability(vmi)],
    ["Paused", paused],
    ["AgentConnected", guest.facts.agent && { type: "AgentConnected", status: "True" }],
    // What was in the way of its start is not any more.
    ["Synchronized", lossCondition(guest)],
  ];
  const conditions = wanted.reduce<readonly InstanceCondition[]>(
    (list, [type, condition]) => (condition ? withCondition(list, condition, now) : withoutCondition(list, type)),
    before ?? [],
  );
  const wasPaused = hasCondition(before, "Paused", "True");
  if (paused && !wasPaused) return { conditions, events: [normal("Paused", "VirtualMachineInstance paused.")] };
  if (!paused && wasPaused) return { conditions, events: [normal("Unpaused", "VirtualMachineInstance unpaused.")] };
  return { conditions, events: [] };
}

function pausedCondition({ state, startsPaused }: Extract<SeenGuest, { is: "present" }>): NewCondition | undefined {
  switch (state) {
    case "io-error":
      return {
        type: "Paused",
        status: "True",
        reason: "PausedIOError",
        message: "VMI was paused, low-level IO error detected",
      };
    case "paused":
      return { type: "Paused", status: "True", reason: "PausedByUser", message: "VMI was paused by user" };
    case "prelaunch":
      if (!startsPaused) return undefined;
      return { type: "Paused", status: "True", reason: "PausedByUser", message: "VMI was paused by user" };
    default:
      return undefined;
  }
}

/** One that is being mended for the first time is whole again before anybody reads of it. */
function lossCondition({ losses }: Extract<SeenGuest, { is: "present" }>): NewCondition | undefined {
  const sentences = losses.flatMap(({ because }) => (because === undefined ? [] : [because]));
  if (sentences.length === 0) return undefined;
  return { type: "Synchronized", status: "False", reason: interfaceLost, message: sentences.join(". ") };
}

/** Upstream's reasons where they apply; for all others it is ours that is missing. */
function migratability({ spec }: VirtualMachineInstance): NewCondition {
  const no = (reason: string, message: string): NewCondition => ({
    type: "LiveMigratable",
    status: "False",
    reason,
    message,
  });
  const pod = spec.networks?.find((network) => network.pod)?.name;
  const onPod = spec.domain.devices.interfaces?.find(({ name }) => name === pod);
  if (onPod?.bridge) {
    return no(
      "InterfaceNotLiveMigratable",
      "cannot migrate VMI which does not use masquerade, bridge with kubevirt.io/allow-pod-bridge-network-live-migration VM annotation or a migratable plugin to connect to the pod network",
    );
  }
  if (spec.volumes?.some(({ hostDisk }) => hostDisk && !hostDisk.shared)) {
    return no(
      "DisksNotLiveMigratable",
      "cannot migrate VMI: Unable to determine if PVC is shared: a hostDisk is on one node",
    );
  }
  return no("NotMigratable", "this Peapod has no live migration; stop and start the machine instead");
}

function normal(reason: string, message: string): NewEvent {
  return { type: "Normal", reason, message };
}
