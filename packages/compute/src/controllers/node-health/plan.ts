import type { Node, Pod, VirtualMachineInstance } from "@peapod/api";
import type { Plan } from "@peapod/machinery";
import { annotations, labels } from "../../names.ts";
import { isDownOrGoingDown } from "../../status/conditions-of-pods.ts";
import { phaseOf } from "../../status/phase.ts";

/** An agent says that it lives every minute; after five without a word nobody runs its guests. Upstream's. */
export const silenceMs = 5 * 60_000;

export interface Facts {
  readonly node: Node;
  /** Handed to this node, with the launcher pod of each. */
  readonly instances: readonly { readonly vmi: VirtualMachineInstance; readonly pod: Pod | undefined }[];
  readonly now: Date;
}

export type Step =
  | { readonly do: "markUnschedulable"; readonly node: Node }
  | { readonly do: "failInstance"; readonly vmi: VirtualMachineInstance; readonly nodeName: string };

/**
 * A silent node gets no new guests, and those of its VMIs whose pod is gone are failed, so that their VM may start elsewhere. A VMI
 * whose pod is still there is left alone: its guest may well be running and writing to its disks.
 */
export function planNodeHealth({ node, instances, now }: Facts): Plan<Step> {
  const heartbeat = Date.parse(node.metadata.annotations?.[annotations.heartbeat] ?? "");
  if (Number.isNaN(heartbeat)) return { steps: [] };
  const leftMs = heartbeat + silenceMs - now.getTime();
  if (leftMs > 0) return { steps: [], lookAgainInMs: leftMs };
  const nodeName = node.metadata.name ?? "";
  const isMarked = node.metadata.labels?.[labels.schedulable] === "false";
  const lost = instances.filter(({ vmi, pod }) => isHandedOver(vmi) && (!pod || isDownOrGoingDown(pod)));
  return {
    steps: [
      ...(isMarked ? [] : [{ do: "markUnschedulable", node } as const]),
      ...lost.map(({ vmi }) => ({ do: "failInstance", vmi, nodeName }) as const),
    ],
  };
}

function isHandedOver(vmi: VirtualMachineInstance): boolean {
  return ["Scheduled", "Running", "Unknown"].includes(phaseOf(vmi));
}
