import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, Secret } from "@peapod/api";
import { type Client, type EventRecorder, silentLog } from "@peapod/machinery";
import type { ImageStore, PullOptions, StoredDisk, StoredImage } from "@peapod/storage";
import { mergeDockerConfigs } from "./docker-config.ts";
import { createPodImages } from "./images.ts";
import type { WantedImage } from "./types.ts";

const always: WantedImage = { container: "volumeroot", reference: "quay.io/a/b", policy: "Always" };
const podOf = (uid: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "default", name: `pod-${uid}`, uid },
});
const image = (isImported: boolean): StoredImage => ({
  reference: "quay.io/a/b:latest",
  imageId: "sha256:1",
  isImported,
  addedAt: "",
  disks: [],
});

function fixture(pull: (options: PullOptions) => Promise<StoredDisk>) {
  let stored: StoredImage | undefined;
  const events: string[] = [];
  const changed: string[] = [];
  const store = {
    find: () => stored,
    pull: async (_: string, options: PullOptions) => {
      const disk = await pull(options);
      stored = image(false);
      return disk;
    },
  } as unknown as ImageStore; // the adapter finds and pulls, nothing else
  const recorder: EventRecorder = { record: (_, { reason }) => events.push(reason) };
  let clock = Date.parse("2026-01-01T12:00:00Z");
  const images = createPodImages({
    store,
    client: {} as Client, // no pod here has pull secrets
    log: silentLog,
    now: () => new Date(clock),
    signal: new AbortController().signal,
  });
  images.onChange((key) => changed.push(key));
  return {
    images,
    events,
    changed,
    recorder,
    put: (one: StoredImage) => (stored = one),
    tick: (ms: number) => (clock += ms),
  };
}

test("PodImages pulls once for several pods and tells each of them", async () => {
  const { promise, resolve } = Promise.withResolvers<StoredDisk>();
  let pulls = 0;
  const { images, events, changed, recorder } = fixture(() => {
    pulls++;
    return promise;
  });
  images.startPull(always, podOf("1"), recorder);
  images.startPull(always, podOf("2"), recorder);
  assert.equal(images.stateOf(always, "1").is, "pulling");
  resolve({} as StoredDisk); // nobody looks into it here
  await new Promise(setImmediate);
  assert.equal(pulls, 1);
  assert.deepEqual(events, ["Pulling", "Pulling", "Pulled", "Pulled"]);
  assert.deepEqual(changed, ["default/pod-1", "default/pod-2"]);
  assert.equal(images.stateOf(always, "1").is, "ready");
  assert.equal(images.stateOf(always, "3").is, "absent", "Always asks anew for the next pod");
});

test("PodImages tells of progress every ten seconds, however often skopeo does", async () => {
  const { promise, resolve } = Promise.withResolvers<StoredDisk>();
  let progress: PullOptions["onProgress"];
  const { images, changed, recorder, tick } = fixture((options) => {
    progress = options.onProgress;
    return promise;
  });
  images.startPull(always, podOf("1"), recorder);
  await new Promise(setImmediate);
  const totalBytes = 64 * 2 ** 20;
  for (let mebibytes = 1; mebibytes <= 20; mebibytes++) {
    tick(1_000);
    progress?.({ doneBytes: mebibytes * 2 ** 20, totalBytes });
  }
  assert.equal(changed.length, 2);
  assert.deepEqual(images.stateOf(always, "1"), { is: "pulling", progress: "20 of 64 MiB", failedBefore: undefined });
  resolve({} as StoredDisk); // nobody looks into it here
});

test("PodImages never asks a registry for what a person imported", () => {
  const { images, put } = fixture(() => Promise.reject(new Error("asked")));
  put(image(true));
  assert.equal(images.stateOf(always, "1").is, "ready");
});

test("PodImages waits longer after each failure and forgets it with the pod", async () => {
  const { images, recorder, tick } = fixture(() => Promise.reject(new Error("no such image")));
  const waits: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    images.startPull(always, podOf("1"), recorder);
    await new Promise(setImmediate);
    const state = images.stateOf(always, "1");
    assert.ok(state.is === "failed");
    assert.equal(state.message, "no such image");
    waits.push(state.nextTryAt.getTime());
  }
  tick(0);
  const start = Date.parse("2026-01-01T12:00:00Z");
  assert.deepEqual(
    waits.map((at) => at - start),
    [10_000, 20_000, 40_000],
  );
  images.release("1");
  assert.equal(images.stateOf(always, "1").is, "absent");
});

test("PodImages answers for a name that cannot be one", () => {
  const { images } = fixture(() => Promise.reject(new Error("asked")));
  const state = images.stateOf({ ...always, reference: "No/Such::Name" }, "1");
  assert.ok(state.is === "failed");
  assert.match(state.message, /Cannot read "No\/Such::Name" as the name of an image/);
});

test("mergeDockerConfigs() joins secrets of both forms, the first winning", () => {
  const secret = (key: string, value: object): Secret => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {},
    data: { [key]: Buffer.from(JSON.stringify(value)).toString("base64") },
  });
  const merged = mergeDockerConfigs([
    secret(".dockerconfigjson", { auths: { a: { auth: "1" } } }),
    secret(".dockercfg", { a: { auth: "2" }, b: { auth: "3" } }),
  ]);
  assert.deepEqual(JSON.parse(merged ?? ""), { auths: { a: { auth: "1" }, b: { auth: "3" } } });
  assert.equal(mergeDockerConfigs([]), undefined);
});
