import { ControllerRevision, VirtualMachine, VirtualMachineInstance, type VirtualMachineStatus } from "@peapod/api";
import {
  type EffectContext,
  type Effects,
  formatError,
  isAlreadyExists,
  isConflict,
  isJsonEqual,
  isNotFound,
} from "@peapod/machinery";
import { finalizers } from "../../names.ts";
import { controllerReference } from "../../render/owner.ts";
import { withCondition } from "../../status/conditions.ts";
import { addFinalizerPatch, removeFinalizerPatch } from "../finalizers.ts";
import { objectKey } from "../object-key.ts";
import type { Step } from "./facts.ts";

/** One entry per step. What is there already is left as it is, so each may be repeated. */
export const effects: Effects<Step> = {
  addFinalizer: async ({ vm }, { client, signal }) => {
    const patch = addFinalizerPatch(vm, finalizers.virtualMachine);
    await client.patch(VirtualMachine, objectKey(vm), patch, { type: "merge", signal });
  },

  removeFinalizer: async ({ vm }, { client, signal }) => {
    const patch = removeFinalizerPatch(vm, finalizers.virtualMachine);
    await client.patch(VirtualMachine, objectKey(vm), patch, { type: "merge", signal }).catch(ignoreMissing);
  },

  adoptInstance: async ({ vm, vmi }, { client, signal }) => {
    const ownerReferences = [...(vmi.metadata.ownerReferences ?? []), controllerReference(vm)];
    const { uid, resourceVersion } = vmi.metadata;
    const patch = { metadata: { uid, resourceVersion, ownerReferences } };
    await client.patch(VirtualMachineInstance, objectKey(vmi), patch, { type: "merge", signal });
  },

  createInstance: async ({ vm, vmi, status }, context) => {
    const { client, events, signal } = context;
    try {
      await client.create(VirtualMachineInstance, vmi, { signal });
    } catch (error) {
      if (isAlreadyExists(error)) return;
      const message = formatError(error);
      events.record(vm, {
        type: "Warning",
        reason: "FailedCreate",
        message: `Error creating virtual machine instance: ${message}`,
      });
      await reportFailure(vm, status, "FailedCreate", `Failure while starting VMI: ${message}`, context);
      throw error;
    }
    events.record(vm, {
      type: "Normal",
      reason: "SuccessfulCreate",
      message: `Started the virtual machine by creating the new virtual machine instance ${vmi.metadata.name}`,
    });
  },

  createRevision: async ({ revision }, { client, signal }) => {
    await client.create(ControllerRevision, revision, { signal }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  },

  updateInstance: async ({ vmi, patch }, { client, signal }) => {
    const guarded = { ...patch, metadata: { ...patch.metadata, uid: vmi.metadata.uid } };
    await client.patch(VirtualMachineInstance, objectKey(vmi), guarded, { type: "merge", signal });
  },

  deleteInstance: async ({ vm, vmi, status }, context) => {
    const { client, events, signal } = context;
    try {
      await client.delete(VirtualMachineInstance, objectKey(vmi), { uid: vmi.metadata.uid, signal });
    } catch (error) {
      if (isConflict(error)) throw error;
      const message = formatError(error);
      events.record(vm, {
        type: "Warning",
        reason: "FailedDelete",
        message: `Error deleting virtual machine instance ${vmi.metadata.name}: ${message}`,
      });
      await reportFailure(vm, status, "FailedDelete", `failure attempting to delete VMI: ${message}`, context);
      throw error;
    }
    events.record(vm, {
      type: "Normal",
      reason: "SuccessfulDelete",
      message: `Stopped the virtual machine by deleting the virtual machine instance ${vmi.metadata.uid}`,
    });
  },

  switchOn: async ({ vm }, { client, signal }) => {
    const spec = vm.spec.runStrategy === undefined ? { running: true } : { runStrategy: "Always" };
    const patch = { metadata: { resourceVersion: vm.metadata.resourceVersion }, spec };
    await client.patch(VirtualMachine, objectKey(vm), patch, { type: "merge", signal });
  },

  writeStatus: ({ vm, status }, context) => patchStatus(vm, status, context),

  releaseInstance: async ({ vmi }, { client, signal }) => {
    const patch = removeFinalizerPatch(vmi, finalizers.virtualMachine);
    await client.patch(VirtualMachineInstance, objectKey(vmi), patch, { type: "merge", signal }).catch(ignoreMissing);
  },

  deleteRevision: async ({ vm, name }, { client, signal }) => {
    await client.delete(ControllerRevision, { namespace: vm.metadata.namespace, name }, { signal });
  },
};

/** Only what changed. Requests are also written by others: they are changed only as they were read, or not at all. */
async function patchStatus(
  vm: VirtualMachine,
  status: VirtualMachineStatus,
  { client, signal }: EffectContext,
): Promise<void> {
  const changed = Object.fromEntries(
    [...new Set([...Object.keys(vm.status ?? {}), ...Object.keys(status)])]
      .map((field) => field as keyof VirtualMachineStatus) // they are the keys of two statuses
      .filter((field) => !isJsonEqual(vm.status?.[field], status[field]))
      .map((field) => [field, status[field] ?? null]),
  );
  const guard = "stateChangeRequests" in changed ? { resourceVersion: vm.metadata.resourceVersion } : {};
  const patch = { metadata: { uid: vm.metadata.uid, ...guard }, status: changed };
  await client.patch(VirtualMachine, objectKey(vm), patch, { type: "merge", subresource: "status", signal });
}

/** The status with what went wrong in it. The failure itself is thrown on by the caller, and tried again. */
async function reportFailure(
  vm: VirtualMachine,
  status: VirtualMachineStatus,
  reason: string,
  message: string,
  context: EffectContext,
): Promise<void> {
  const failure = { type: "Failure", status: "True", reason, message } as const;
  const conditions = withCondition(status.conditions, failure, context.now());
  await patchStatus(vm, { ...status, conditions }, context);
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
