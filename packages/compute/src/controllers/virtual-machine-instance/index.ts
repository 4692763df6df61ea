import { KubeVirt, NetworkAttachmentDefinition, Node, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { type Cache, type Controller, keyOf, parseKey } from "@peapod/machinery";
import { kubevirtKey, labels } from "../../names.ts";
import { launcherConfig } from "../../render/launcher-pod/config.ts";
import { launcherPodName } from "../../render/launcher-pod/index.ts";
import { keyText, namedNads } from "../../render/launcher-pod/networks.ts";
import { controllerOf } from "../../render/owner.ts";
import { objectKey } from "../object-key.ts";
import { effects } from "./effects.ts";
import type { Facts, Step } from "./facts.ts";
import { planInstance } from "./plan.ts";

export interface InstanceControllerOptions {
  /** Image of the launcher pods' compute container. */
  readonly launcherImage: string;
}

/** The cluster half of a VMI: its pod, and its status until a node takes over. */
export function createInstanceController(
  options: InstanceControllerOptions,
): Controller<VirtualMachineInstance, Facts, Step> {
  return {
    name: "virtual-machine-instance",
    for: VirtualMachineInstance,
    reads: [VirtualMachineInstance, VirtualMachine, Pod, Node, KubeVirt, NetworkAttachmentDefinition],
    writes: [
      { kind: VirtualMachineInstance, verbs: ["patch"] },
      { kind: Pod, verbs: ["create", "delete", "patch", "patchStatus"] },
    ],
    indexes: [{ kind: VirtualMachineInstance, name: "nad", values: (vmi) => namedNads(asInstance(vmi)).map(keyText) }],
    watches: [
      { kind: Pod, keys: instanceOfPod },
      // A VMI may wait for the network it names, and a finished one for the VM that made it to be gone.
      { kind: NetworkAttachmentDefinition, keys: instancesOnNetwork },
      { kind: VirtualMachine, keys: (vm, cache) => (cache.get(VirtualMachine, objectKey(vm)) ? [] : [keyOf(vm)]) },
    ],
    observe: (key, { cache, now }) => {
      const vmi = cache.get(VirtualMachineInstance, parseKey(key));
      return vmi && observeInstance(vmi, cache, now, options);
    },
    plan: planInstance,
    effects,
  };
}

function observeInstance(
  vmi: VirtualMachineInstance,
  cache: Cache,
  now: Date,
  { launcherImage }: InstanceControllerOptions,
): Facts {
  const { namespace = "", uid } = vmi.metadata;
  const pod = cache.get(Pod, { namespace, name: launcherPodName(vmi) });
  const isOurs = pod?.metadata.labels?.[labels.createdBy] === uid;
  const named = namedNads(vmi);
  const owner = controllerOf(vmi);
  return {
    vmi,
    pod: isOurs ? pod : undefined,
    isNameTaken: pod !== undefined && !isOurs,
    hasMachine:
      owner !== undefined && cache.get(VirtualMachine, { namespace, name: owner.name })?.metadata.uid === owner.uid,
    config: launcherConfig(cache.get(KubeVirt, kubevirtKey), cache.list(Node), launcherImage),
    nads: named.flatMap((nad) => cache.get(NetworkAttachmentDefinition, nad) ?? []),
    missingNads: named.filter((nad) => !cache.get(NetworkAttachmentDefinition, nad)).map(keyText),
    now,
  };
}

function instanceOfPod(pod: Parameters<typeof controllerOf>[0]): readonly string[] {
  const owner = controllerOf(pod);
  return owner?.kind === VirtualMachineInstance.kind ? [`${pod.metadata.namespace}/${owner.name}`] : [];
}

function instancesOnNetwork(nad: Parameters<typeof keyOf>[0], cache: Cache): readonly string[] {
  return cache.list(VirtualMachineInstance, { index: { name: "nad", value: keyOf(nad) } }).map(keyOf);
}

/** Indexes are asked about objects of their own kind only. */
function asInstance(object: unknown): VirtualMachineInstance {
  return object as VirtualMachineInstance;
}
