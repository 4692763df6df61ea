import { Node, Pod, VirtualMachineInstance } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import { launcherPodName } from "../../render/launcher-pod/index.ts";
import { effects } from "./effects.ts";
import { type Facts, planNodeHealth, type Step } from "./plan.ts";

/** Notices nodes whose agent fell silent, and the guests that are lost with them. */
export const nodeHealthController: Controller<Node, Facts, Step> = {
  name: "node-health",
  for: Node,
  reads: [Node, VirtualMachineInstance, Pod],
  writes: [
    { kind: Node, verbs: ["patch"] },
    { kind: VirtualMachineInstance, verbs: ["patch"] },
  ],
  indexes: [{ kind: VirtualMachineInstance, name: "node", values: (vmi) => nodeOf(vmi as VirtualMachineInstance) }],
  watches: [
    { kind: Pod, keys: (pod) => nodeOfPod(pod as Pod) }, // each is asked about objects of its own kind
    { kind: VirtualMachineInstance, keys: (vmi) => nodeOf(vmi as VirtualMachineInstance) },
  ],
  observe: (key, { cache, now }) => {
    const node = cache.get(Node, parseKey(key));
    if (!node) return undefined;
    const instances = cache.list(VirtualMachineInstance, { index: { name: "node", value: key } }).map((vmi) => ({
      vmi,
      pod: cache.get(Pod, { namespace: vmi.metadata.namespace, name: launcherPodName(vmi) }),
    }));
    return { node, instances, now };
  },
  plan: planNodeHealth,
  effects,
};

function nodeOf(vmi: VirtualMachineInstance): readonly string[] {
  return vmi.status?.nodeName ? [vmi.status.nodeName] : [];
}

function nodeOfPod(pod: Pod): readonly string[] {
  return pod.spec?.nodeName ? [pod.spec.nodeName] : [];
}
