import { Pod, VirtualMachineInstance } from "@peapod/api";
import {
  createMergePatch,
  type EffectContext,
  type Effects,
  formatError,
  isAlreadyExists,
  isConflict,
  isNotFound,
} from "@peapod/machinery";
import { unpausedGate } from "../../names.ts";
import { secondsOf } from "../../status/phase.ts";
import { objectKey } from "../object-key.ts";
import type { Step } from "./facts.ts";
import { withFailedCreate } from "./status.ts";

/** One entry per step. What is there already is left as it is, so each may be repeated. */
export const effects: Effects<Step> = {
  createPod: async ({ vmi, pod }, context) => {
    const { client, events, signal, now } = context;
    try {
      await client.create(Pod, pod, { signal });
    } catch (error) {
      if (isAlreadyExists(error)) return;
      const message = formatError(error);
      events.record(vmi, { type: "Warning", reason: "FailedCreate", message: `Error creating pod: ${message}` });
      const after = withFailedCreate(vmi, `failed to create virtual machine pod: ${message}`, now());
      await writeInstance(vmi, after, context);
      throw error;
    }
    const message = `Created virtual machine pod ${pod.metadata.name}`;
    events.record(vmi, { type: "Normal", reason: "SuccessfulCreate", message });
  },

  deletePod: async ({ vmi, pod }, { client, events, signal }) => {
    try {
      await client.delete(Pod, objectKey(pod), { uid: pod.metadata.uid, signal });
    } catch (error) {
      if (isConflict(error)) throw error;
      const message = `Failed to delete virtual machine pod ${pod.metadata.name}: ${formatError(error)}`;
      events.record(vmi, { type: "Warning", reason: "FailedDelete", message });
      throw error;
    }
    const message = `Deleted virtual machine pod ${pod.metadata.name}`;
    events.record(vmi, { type: "Normal", reason: "SuccessfulDelete", message });
  },

  markPod: async ({ pod, isPaused }, { client, signal, now }) => {
    const condition = {
      type: unpausedGate,
      status: isPaused ? "False" : "True",
      reason: isPaused ? "Paused" : "NotPaused",
      message: isPaused ? "the virtual machine is paused" : "the virtual machine is not paused",
      lastTransitionTime: secondsOf(now()),
    };
    const patch = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
    const options = { type: "strategic", subresource: "status", signal } as const;
    await client.patch(Pod, objectKey(pod), patch, options).catch(ignoreMissing);
  },

  labelPod: async ({ pod, metadata }, { client, signal }) => {
    const patch = { metadata: { ...metadata, uid: pod.metadata.uid } };
    await client.patch(Pod, objectKey(pod), patch, { type: "merge", signal }).catch(ignoreMissing);
  },

  writeInstance: async ({ vmi, after, warning }, context) => {
    await writeInstance(vmi, after, context);
    if (warning) context.events.record(after, { type: "Warning", ...warning });
  },
};

/** The other half writes the same object: only what changed is sent, and only onto what was read. */
async function writeInstance(
  vmi: VirtualMachineInstance,
  after: VirtualMachineInstance,
  { client, signal }: EffectContext,
): Promise<void> {
  const change = createMergePatch(vmi, after) as { readonly metadata?: object } | undefined; // of two objects
  if (!change) return;
  const { uid, resourceVersion } = vmi.metadata;
  const patch = { ...change, metadata: { ...change.metadata, uid, resourceVersion } };
  await client.patch(VirtualMachineInstance, objectKey(vmi), patch, { type: "merge", signal }).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
