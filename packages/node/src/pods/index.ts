import { NetworkAttachmentDefinition, Pod } from "@peapod/api";
import { type Controller, keyOf, parseKey } from "@peapod/machinery";
import { defineCheckpoints } from "@peapod/machinery/node";
import { isNetns } from "../sandbox/netns.ts";
import { type PodMemory, type PodsDeps, podEffects } from "./effects.ts";
import { planPod } from "./plan.ts";
import type { Facts, ImageState, Step, WantedImage } from "./types.ts";

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
  const memory: PodMemory = { troubles: new Map(), announced: new Set() };
  return {
    name: "pods",
    for: Pod,
    reads: [NetworkAttachmentDefinition],
    writes: [{ kind: Pod, verbs: ["updateStatus", "delete"] }],
    fieldSelectors: [{ kind: Pod, selector: `spec.nodeName=${deps.nodeName}` }],
    // A network that was missing or wrong may be right now.
    watches: [
      {
        kind: NetworkAttachmentDefinition,
        keys: (_, cache) =>
          cache
            .list(Pod)
            .filter(({ metadata }) => memory.troubles.has(metadata.uid ?? ""))
            .map(keyOf),
      },
    ],
    // Sandboxes whose pods went away while nobody looked have no watch event to wake them.
    async wakeUps(wake, signal) {
      using _images = deps.images.onChange(wake);
      using _guests = deps.guests.onChange((vmiUid) => {
        const sandbox = deps.sandboxes.findByVmi(vmiUid);
        if (sandbox) wake(`${sandbox.podNamespace}/${sandbox.podName}`);
      });
      for (const { podNamespace, podName } of deps.sandboxes.list()) wake(`${podNamespace}/${podName}`);
      await deps.networks.tidy((podUid) => deps.sandboxes.list().some((sandbox) => sandbox.podUid === podUid));
      if (signal.aborted) return;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
    async observe(key, { cache, now }) {
      const { namespace = "", name } = parseKey(key);
      const pod = cache.get(Pod, { namespace, name });
      const sandbox = deps.sandboxes.findByPod(namespace, name);
      if (!pod) forgetOthers(memory, cache.list(Pod));
      if (!pod && !sandbox) return undefined;
      return {
        key,
        pod,
        sandbox,
        isSandboxStanding:
          sandbox !== undefined && sandbox.bootId === deps.bootId && (await isNetns(sandbox.netnsPath)),
        sandboxTrouble: memory.troubles.get(pod?.metadata.uid ?? ""),
        images: pod ? imagesOf(pod).map((wanted) => ({ wanted, state: stateOfImage(deps.images, wanted, pod) })) : [],
        guest: sandbox ? deps.guests.stateOf(sandbox.vmiUid) : { is: "absent" },
        hostIps: deps.hostIps(),
        isEndAnnounced: memory.announced.has(pod?.metadata.uid ?? ""),
        now,
      };
    },
    plan: planPod,
    effects: podEffects(deps, memory),
  };
}

function forgetOthers({ troubles, announced }: PodMemory, pods: readonly Pod[]): void {
  const known = new Set(pods.map(({ metadata }) => metadata.uid));
  for (const uid of troubles.keys()) if (!known.has(uid)) troubles.delete(uid);
  for (const uid of announced) if (!known.has(uid)) announced.delete(uid);
}

/** A pod that runs has what it needs: a restart of ours asks no registry about it. */
function stateOfImage(images: PodsDeps["images"], wanted: WantedImage, pod: Pod): ImageState {
  if (pod.status?.phase !== "Running") return images.stateOf(wanted, pod.metadata.uid ?? "");
  const status = pod.status.containerStatuses?.find(({ name }) => name === wanted.container);
  return { is: "ready", imageId: status?.imageID ?? "" };
}

/** The compute container is this machine's own QEMU: only container disks are pulled. */
function imagesOf(pod: Pod): readonly WantedImage[] {
  return (pod.spec?.containers ?? []).flatMap(({ name, image, imagePullPolicy }) =>
    name.startsWith("volume") && image !== undefined
      ? [{ container: name, reference: image, policy: imagePullPolicy ?? "IfNotPresent" }]
      : [],
  );
}
