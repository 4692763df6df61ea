import { ControllerRevision, KubeVirt, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { type Controller, keyOf, parseKey } from "@peapod/machinery";
import { kubevirtKey } from "../../names.ts";
import { effects } from "./effects.ts";
import type { Facts, Step } from "./facts.ts";
import { planVirtualMachine } from "./plan.ts";

/** Keeps a VM's one VMI as its run strategy wants it, and the VM's status telling the truth. */
export const virtualMachineController: Controller<VirtualMachine, Facts, Step> = {
  name: "virtual-machine",
  for: VirtualMachine,
  reads: [VirtualMachine, VirtualMachineInstance, ControllerRevision, KubeVirt],
  writes: [
    { kind: VirtualMachine, verbs: ["patch", "patchStatus"] },
    { kind: VirtualMachineInstance, verbs: ["create", "patch", "delete"] },
    { kind: ControllerRevision, verbs: ["create", "delete"] },
  ],
  // A VMI has its VM's name.
  watches: [{ kind: VirtualMachineInstance, keys: (vmi) => [keyOf(vmi)] }],
  observe: (key, { cache, now }) => {
    const place = parseKey(key);
    const vm = cache.get(VirtualMachine, place);
    if (!vm) return undefined;
    const vmi = cache.get(VirtualMachineInstance, place);
    const revisionName = vmi?.status?.virtualMachineRevisionName;
    const revision = revisionName
      ? cache.get(ControllerRevision, { namespace: place.namespace, name: revisionName })
      : undefined;
    const isStaged = cache.get(KubeVirt, kubevirtKey)?.spec.configuration?.vmRolloutStrategy === "Stage";
    return { vm, vmi, revision, isStaged, now };
  },
  plan: planVirtualMachine,
  effects,
};
