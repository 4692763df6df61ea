import { Node, VirtualMachineInstance } from "@peapod/api";
import type { Effects } from "@peapod/machinery";
import { labels } from "../../names.ts";
import { withPhase } from "../../status/phase.ts";
import { objectKey } from "../object-key.ts";
import type { Step } from "./plan.ts";

const reason = "NodeUnresponsive";

export const effects: Effects<Step> = {
  markUnschedulable: async ({ node }, { client, events, signal }) => {
    const patch = { metadata: { labels: { [labels.schedulable]: "false" } } };
    await client.patch(Node, objectKey(node), patch, { type: "merge", signal });
    const message = "virt-handler is not responsive, marking node as unresponsive";
    events.record(node, { type: "Normal", reason, message });
  },

  failInstance: async ({ vmi, nodeName }, { client, events, signal, now }) => {
    const { phase, phaseTransitionTimestamps } = withPhase(vmi.status ?? {}, "Failed", now());
    const { uid, resourceVersion } = vmi.metadata;
    const patch = { metadata: { uid, resourceVersion }, status: { phase, phaseTransitionTimestamps, reason } };
    await client.patch(VirtualMachineInstance, objectKey(vmi), patch, { type: "merge", signal });
    const message = `virt-handler on node ${nodeName} is not responsive, marking VMI as failed`;
    events.record(vmi, { type: "Normal", reason, message });
  },
};
