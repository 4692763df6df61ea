import { type Pod, Secret } from "@peapod/api";
import { type Client, type EventRecorder, formatError, type Log } from "@peapod/machinery";
import { type ImageStore, normalizeReference, type StoredDisk } from "@peapod/storage";
import { mergeDockerConfigs } from "./docker-config.ts";
import type { PodImages } from "./ports.ts";
import type { ImageState, WantedImage } from "./types.ts";

export interface PodImagesOptions {
  readonly store: ImageStore;
  /** Reads pull secrets. */
  readonly client: Client;
  readonly log: Log;
  readonly now: () => Date;
  /** Ends all pulls. */
  readonly signal: AbortSignal;
}

/** One pull and who waits for it. */
interface Pull {
  readonly waiting: Map<string, { readonly pod: Pod; readonly events: EventRecorder }>;
  progress?: string;
  /** When the progress was last told, in milliseconds. */
  toldAt: number;
}

interface Failure {
  readonly message: string;
  readonly nextTryAt: Date;
  readonly count: number;
}

/** As a kubelet waits between tries: ten seconds, doubling, five minutes at the most. */
const firstWaitMs = 10_000;
const longestWaitMs = 300_000;

/** Progress is written to the API: often enough for a person who waits, and no more. */
const progressEveryMs = 10_000;

/** Pulls of container disks, each once however many pods want it. */
export function createPodImages({ store, client, log, now, signal }: PodImagesOptions): PodImages {
  const pulls = new Map<string, Pull>();
  const failures = new Map<string, Failure>();
  /** `podUid reference` of pods for which a registry was asked already. */
  const asked = new Set<string>();
  const listeners = new Set<(podKey: string) => void>();

  const stateOf = ({ reference, policy }: WantedImage, podUid: string): ImageState => {
    let name: string;
    try {
      name = normalizeReference(reference);
    } catch (error) {
      const nextTryAt = new Date(now().getTime() + longestWaitMs);
      return { is: "failed", message: formatError(error), nextTryAt, isRepeated: false };
    }
    const pull = pulls.get(name);
    const failure = failures.get(`${podUid} ${name}`);
    if (pull) return { is: "pulling", progress: pull.progress, failedBefore: failure?.message };
    const image = store.find(name);
    const isFresh = policy !== "Always" || image?.isImported === true || asked.has(`${podUid} ${name}`);
    if (image && isFresh) return { is: "ready", imageId: `${name.replace(/[:@][^/]*$/, "")}@${image.imageId}` };
    if (failure) {
      const { message, nextTryAt, count } = failure;
      return { is: "failed", message, nextTryAt, isRepeated: count > 1 };
    }
    return { is: "absent" };
  };

  const startPull = ({ reference }: WantedImage, pod: Pod, events: EventRecorder): void => {
    const name = normalizeReference(reference);
    const known = pulls.get(name);
    const waiting = known?.waiting ?? new Map();
    waiting.set(pod.metadata.uid ?? "", { pod, events });
    events.record(pod, { type: "Normal", reason: "Pulling", message: `Pulling image "${reference}"` });
    if (known) return;
    const started = now().getTime();
    const pull: Pull = { waiting, toldAt: started };
    pulls.set(name, pull);
    void carryOut(name, pod, pull).then(
      ({ sizeBytes }) => finish(name, pull, started, sizeBytes),
      (error: unknown) => fail(name, pull, error),
    );
  };

  const carryOut = async (name: string, pod: Pod, pull: Pull): Promise<StoredDisk> => {
    const dockerConfig = await readPullSecrets(client, pod, signal);
    return await store.pull(name, {
      dockerConfig,
      signal,
      onProgress: ({ doneBytes, totalBytes }) => {
        const at = now().getTime();
        if (at - pull.toldAt < progressEveryMs) return;
        pull.toldAt = at;
        pull.progress = `${mebibytes(doneBytes)}${totalBytes === undefined ? "" : ` of ${mebibytes(totalBytes)}`} MiB`;
        notify(pull);
      },
    });
  };

  const finish = (name: string, pull: Pull, started: number, sizeBytes: number): void => {
    pulls.delete(name);
    const seconds = ((now().getTime() - started) / 1000).toFixed(1);
    for (const [uid, { pod, events }] of pull.waiting) {
      asked.add(`${uid} ${name}`);
      failures.delete(`${uid} ${name}`);
      events.record(pod, {
        type: "Normal",
        reason: "Pulled",
        message: `Successfully pulled image "${name}" in ${seconds}s (${seconds}s including waiting). Image size: ${sizeBytes} bytes.`,
      });
    }
    notify(pull);
  };

  const fail = (name: string, pull: Pull, error: unknown): void => {
    pulls.delete(name);
    if (signal.aborted) return;
    const message = formatError(error);
    log.warn("image not pulled", { image: name, error });
    for (const [uid, { pod, events }] of pull.waiting) {
      const count = (failures.get(`${uid} ${name}`)?.count ?? 0) + 1;
      const waitMs = Math.min(firstWaitMs * 2 ** (count - 1), longestWaitMs);
      failures.set(`${uid} ${name}`, { message, count, nextTryAt: new Date(now().getTime() + waitMs) });
      events.record(pod, { type: "Warning", reason: "Failed", message: `Failed to pull image "${name}": ${message}` });
      const state = count === 1 ? "ErrImagePull" : "ImagePullBackOff";
      if (count > 1)
        events.record(pod, { type: "Normal", reason: "BackOff", message: `Back-off pulling image "${name}"` });
      events.record(pod, { type: "Warning", reason: "Failed", message: `Error: ${state}` });
    }
    notify(pull);
  };

  const notify = ({ waiting }: Pull): void => {
    for (const { pod } of waiting.values()) {
      for (const listener of listeners) listener(`${pod.metadata.namespace}/${pod.metadata.name}`);
    }
  };

  return {
    stateOf,
    startPull,
    release(podUid) {
      for (const key of asked) if (key.startsWith(`${podUid} `)) asked.delete(key);
      for (const key of failures.keys()) if (key.startsWith(`${podUid} `)) failures.delete(key);
    },
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
  };
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}

/** All the pod's pull secrets in one file for skopeo; a secret that is not there is left out, as a kubelet does. */
async function readPullSecrets(client: Client, pod: Pod, signal: AbortSignal): Promise<string | undefined> {
  const names = (pod.spec?.imagePullSecrets ?? []).flatMap(({ name }) => name || []);
  const { namespace } = pod.metadata;
  const secrets = await Promise.all(names.map((name) => client.find(Secret, { namespace, name }, { signal })));
  return mergeDockerConfigs(secrets.flatMap((secret) => secret ?? []));
}
