import { chmod, chown, mkdir, rm } from "node:fs/promises";
import { Pod } from "@peapod/api";
import { type EffectContext, type Effects, formatError, InvalidSpecError } from "@peapod/machinery";
import { reached } from "@peapod/machinery/node";
import type { CgroupDriver } from "../cgroup/types.ts";
import type { GuestView } from "../sandbox/guest-view.ts";
import { limitName } from "../sandbox/names.ts";
import { ensureNetns } from "../sandbox/netns.ts";
import { removeSandbox } from "../sandbox/remove.ts";
import type { SandboxStore } from "../sandbox/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { limitsOf } from "./limits.ts";
import type { PodImages, PodNetworks } from "./ports.ts";
import type { Step } from "./types.ts";

export interface PodsDeps {
  readonly nodeName: string;
  readonly instance: string;
  /** `D/guests` */
  readonly guestsDir: string;
  /** `/run/peapod/<instance>` */
  readonly runDir: string;
  readonly bootId: string;
  /** The n-th guest runs as user and group `firstUid + n`. */
  readonly firstUid: number;
  readonly hostIps: () => readonly string[];
  readonly sandboxes: SandboxStore;
  readonly cgroups: CgroupDriver;
  readonly networks: PodNetworks;
  readonly images: PodImages;
  readonly guests: GuestView;
}

/** What is remembered of pods from one look to the next, by their uid; nothing is lost when it is. */
export interface PodMemory {
  /** Why the last attempt at a pod's sandbox failed. */
  readonly troubles: Map<string, string>;
  /** Pods of which was said that their guest is asked to leave. */
  readonly announced: Set<string>;
}

export function podEffects(deps: PodsDeps, { troubles, announced }: PodMemory): Effects<Step> {
  return {
    async announceEnd({ pod }, { events }) {
      announced.add(pod.metadata.uid ?? "");
      events.record(pod, { type: "Normal", reason: "Killing", message: "Stopping container compute" });
    },
    async refusePod({ pod, message }, { client, events, signal }) {
      events.record(pod, { type: "Warning", reason: "UnsupportedPod", message });
      const status = { ...pod.status, phase: "Failed" as const, reason: "UnsupportedPod", message };
      await client.updateStatus(Pod, { ...pod, status }, { signal });
    },
    async makeSandbox({ pod, hasImages }, context) {
      const { uid = "" } = pod.metadata;
      try {
        await makeSandbox(deps, pod, hasImages, context);
        troubles.delete(uid);
      } catch (error) {
        if (context.signal.aborted) throw error;
        const said = explain(error);
        troubles.set(uid, said);
        const message = `Failed to create pod sandbox: ${said}`;
        context.events.record(pod, { type: "Warning", reason: "FailedCreatePodSandBox", message });
        // Never an InvalidSpecError: what is wrong may be in another object, whose change is no change of the pod.
        throw error instanceof InvalidSpecError ? new Error("Cannot make the pod's sandbox", { cause: error }) : error;
      }
    },
    async startPull({ pod, image }, { events }) {
      deps.images.startPull(image, pod, events);
    },
    async writeStatus({ pod, status, networkStatus }, { client, events, signal }) {
      const annotations = { ...pod.metadata.annotations, ...annotationOf(networkStatus) };
      const metadata = networkStatus === undefined ? pod.metadata : { ...pod.metadata, annotations };
      await client.updateStatus(Pod, { ...pod, metadata, status }, { signal });
      if (status.phase !== "Running" || pod.status?.phase === "Running") return;
      for (const { name, image } of status.containerStatuses ?? []) {
        if (name.startsWith("volume") && pod.status?.containerStatuses === undefined) {
          const message = `Container image "${image}" already present on machine`;
          events.record(pod, { type: "Normal", reason: "Pulled", message });
        }
        events.record(pod, { type: "Normal", reason: "Created", message: `Created container: ${name}` });
        events.record(pod, { type: "Normal", reason: "Started", message: `Started container ${name}` });
      }
    },
    async destroyGuest({ sandbox, because }, { events }) {
      const pod = podOf(sandbox);
      events.record(pod, { type: "Normal", reason: "Killing", message: `Stopping container compute: ${because}` });
      await deps.guests.destroy(sandbox.vmiUid);
    },
    removeSandbox: ({ sandbox }) => removeSandbox(sandbox, { ...deps, detach: (one) => deps.networks.detach(one) }),
    async removeGuestFolder({ sandbox }) {
      await rm(sandbox.dataDir, { recursive: true, force: true });
      await deps.sandboxes.remove(sandbox.vmiUid);
      deps.images.release(sandbox.podUid);
    },
    async deletePod({ pod }, { client, signal }) {
      const { namespace, name = "", uid } = pod.metadata;
      await client.delete(Pod, { namespace, name }, { uid, gracePeriodSeconds: 0, signal });
    },
  };
}

/** Recorded first, then made, each part idempotent: after a death at any point the next try goes on, or the removal finds all. */
async function makeSandbox(deps: PodsDeps, pod: Pod, hasImages: boolean, { signal }: EffectContext): Promise<void> {
  const sandbox = await recordSandbox(deps, pod);
  reached("pods/recordSandbox");
  if (hasImages) deps.guests.expect(sandbox.vmiUid);
  await makeRunDir(sandbox);
  await ensureNetns(sandbox.netnsPath, signal);
  reached("pods/ensureNetns");
  const cgroupPaths = await deps.cgroups.ensure(limitName(sandbox), limitsOf(pod));
  reached("pods/ensureCgroup");
  const interfaces = await deps.networks.attach(pod, sandbox, signal);
  reached("pods/attachNetworks");
  await deps.sandboxes.put({ ...sandbox, cgroupPaths, interfaces, state: "standing" });
  if (hasImages) deps.guests.expect(sandbox.vmiUid);
}

/**
 * The guest makes its sockets in it, but may not move or replace what root has put there: sticky, like /tmp, so that somebody who
 * broke out of QEMU cannot give us other files than our own to read.
 */
async function makeRunDir({ runDir, gid }: Sandbox): Promise<void> {
  await mkdir(runDir, { recursive: true, mode: 0o711 });
  await chown(runDir, 0, gid);
  await chmod(runDir, 0o1770);
}

/** One line that says what is wrong and, where that is known, the way out. */
function explain(error: unknown): string {
  return error instanceof InvalidSpecError ? `${formatError(error)}. ${error.advice}` : formatError(error);
}

async function recordSandbox(deps: PodsDeps, pod: Pod): Promise<Sandbox> {
  const vmiUid = pod.metadata.labels?.["kubevirt.io/created-by"] ?? "";
  const known = deps.sandboxes.findByVmi(vmiUid);
  if (known?.bootId === deps.bootId) return known;
  const number = known?.number ?? deps.sandboxes.freeNumber();
  const uid = deps.firstUid + number;
  const sandbox: Sandbox = {
    formatVersion: 1,
    state: "making",
    podUid: pod.metadata.uid ?? "",
    podNamespace: pod.metadata.namespace ?? "",
    podName: pod.metadata.name ?? "",
    vmiUid,
    vmiName: pod.metadata.annotations?.["kubevirt.io/domain"] ?? pod.metadata.ownerReferences?.[0]?.name ?? "",
    number,
    instance: deps.instance,
    netnsPath: `/run/netns/pp${deps.instance}-${number}`,
    runDir: `${deps.runDir}/${number}`,
    dataDir: `${deps.guestsDir}/${vmiUid}`,
    cgroupPaths: [],
    uid,
    gid: uid,
    bootId: deps.bootId,
    interfaces: [],
  };
  await mkdir(sandbox.dataDir, { recursive: true, mode: 0o711 });
  await deps.sandboxes.put(sandbox);
  return sandbox;
}

function podOf(sandbox: Sandbox): Pod {
  const metadata = { namespace: sandbox.podNamespace, name: sandbox.podName, uid: sandbox.podUid };
  return { apiVersion: "v1", kind: "Pod", metadata };
}

function annotationOf(networkStatus: string | undefined): Readonly<Record<string, string>> {
  return networkStatus === undefined ? {} : { "k8s.v1.cni.cncf.io/network-status": networkStatus };
}
