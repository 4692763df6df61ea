import { existsSync } from "node:fs";
import { Pod } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import { defineCheckpoints } from "@peapod/machinery/node";
import { type PodsDeps, podEffects } from "./effects.ts";
import { planPod } from "./plan.ts";
import type { Facts, Step, WantedImage } from "./types.ts";

export type { PodsDeps } from "./effects.ts";
export type { PodImages, PodNetworks } from "./ports.ts";
export type { ImageState, WantedImage } from "./types.ts";

defineCheckpoints([
  "pods/recordSandbox",
  "pods/ensureNetns",
  "pods/ensureCgroup",
  "pods/attachNetworks",
  "pods/killCgroup",
  "pods/detachNetworks",
  "pods/removeNetns",
]);

/** The kubelet's role for the launcher pods of this node. */
export function createPodsController(deps: PodsDeps): Controller<Pod, Facts, Step> {
  return {
    name: "pods",
    for: Pod,
    reads: [],
    writes: [{ kind: Pod, verbs: ["updateStatus", "delete"] }],
    fieldSelectors: [{ kind: Pod, selector: `spec.nodeName=${deps.nodeName}` }],
    // Sandboxes whose pods went away while nobody looked have no watch event to wake them.
    async wakeUps(wake, signal) {
      for (const { podNamespace, podName } of deps.sandboxes.list()) wake(`${podNamespace}/${podName}`);
      using _images = deps.images.onChange(wake);
      using _guests = deps.guests.onChange((vmiUid) => {
        const sandbox = deps.sandboxes.findByVmi(vmiUid);
        if (sandbox) wake(`${sandbox.podNamespace}/${sandbox.podName}`);
      });
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
    observe(key, { cache, now }) {
      const { namespace = "", name } = parseKey(key);
      const pod = cache.get(Pod, { namespace, name });
      const sandbox = deps.sandboxes.findByPod(namespace, name);
      if (!pod && !sandbox) return undefined;
      return {
        key,
        pod,
        sandbox,
        isSandboxStanding: sandbox !== undefined && sandbox.bootId === deps.bootId && existsSync(sandbox.netnsPath),
        images: pod
          ? imagesOf(pod).map((wanted) => ({ wanted, state: deps.images.stateOf(wanted, pod.metadata.uid ?? "") }))
          : [],
        guest: sandbox ? deps.guests.stateOf(sandbox.vmiUid) : { is: "absent" },
        hostIps: deps.hostIps(),
        now,
      };
    },
    plan: planPod,
    effects: podEffects(deps),
  };
}

/** The compute container is this machine's own QEMU: only container disks are pulled. */
function imagesOf(pod: Pod): readonly WantedImage[] {
  return (pod.spec?.containers ?? []).flatMap(({ name, image, imagePullPolicy }) =>
    name.startsWith("volume") && image !== undefined
      ? [{ container: name, reference: image, policy: imagePullPolicy ?? "IfNotPresent" }]
      : [],
  );
}
