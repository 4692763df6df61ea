import assert from "node:assert/strict";
import { test } from "node:test";
import { Collection } from "../store/collection.ts";
import { Entry, encodeObject } from "../store/entry.ts";
import { WatchStream } from "./watch-stream.ts";

const encoder = new TextEncoder();
const entry = (name: string, revision: number, size = 0): Entry => {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", uid: name, resourceVersion: String(revision) },
    data: { filler: "x".repeat(size) },
  };
  return new Entry({ resource: "configmaps", namespace: "default", name, revision }, encodeObject(object), object);
};

const fail = (error: unknown) => {
  throw error;
};

function open(given: { readonly after?: number; readonly initial?: readonly Entry[] } = {}) {
  const collection = new Collection("configmaps", 0, fail);
  const abort = new AbortController();
  let ended = false;
  const stream = new WatchStream({
    collection,
    scope: {},
    view: {
      matches: () => true,
      encodeEvent: (type, event) => encoder.encode(`${type} ${event.entry.name} ${event.entry.body.length}\n`),
      encodeLeft: (event) => encoder.encode(`LEFT ${event.entry.name}\n`),
      encodeInitial: ({ name }) => encoder.encode(`INITIAL ${name}\n`),
      encodeBookmark: (revision, end) => encoder.encode(`BOOKMARK ${revision} ${end}\n`),
    },
    initial: given.initial ?? [],
    after: given.after ?? 0,
    bookmarks: true,
    marksInitialEnd: given.initial !== undefined,
    timeoutMs: 60_000,
    currentRevision: () => 100,
    signal: abort.signal,
    onEnd: () => {
      ended = true;
    },
  });
  return { collection, stream, abort, isEnded: () => ended, text: () => new Response(stream.body).text() };
}

test("a stream shows initial objects, their end, then changes in order", async () => {
  const { collection, stream, text } = open({ after: 5, initial: [entry("a", 3), entry("b", 5)] });
  collection.publish(entry("c", 6), false);
  stream.end();
  // What was not begun to be read before the end is not shown; this one was never read.
  assert.match(await text(), /^ADDED c/);
  const second = open({ after: 5, initial: [entry("a", 3)] });
  const reader = second.stream.body.getReader();
  const first = await reader.read();
  assert.equal(new TextDecoder().decode(first.value), "INITIAL a\nBOOKMARK 5 true\n");
  second.collection.publish(entry("c", 6), false);
  const next = await reader.read();
  assert.match(new TextDecoder().decode(next.value), /^ADDED c/);
  await reader.cancel();
});

test("a stream leaves out what its reader has seen already", async () => {
  const { collection, stream, text } = open({ after: 7 });
  collection.publish(entry("old", 6), false);
  collection.publish(entry("new", 8), false);
  stream.end();
  assert.match(await text(), /^ADDED new \d+\n$/);
});

test("a reader that goes away ends the subscription", async () => {
  const { stream, isEnded } = open();
  await stream.body.cancel();
  assert.ok(isEnded());
});

test("an aborted request ends the stream", async () => {
  const { abort, text, isEnded } = open();
  const reading = text();
  abort.abort();
  assert.equal(await reading, "");
  assert.ok(isEnded());
});

test("a reader that stops reading is cut off before memory is", async () => {
  const collection = new Collection("configmaps", 0, fail);
  const abort = new AbortController();
  let ended = false;
  const big = new Uint8Array(1024 * 1024);
  const stream = new WatchStream({
    collection,
    scope: {},
    view: {
      matches: () => true,
      encodeEvent: () => big,
      encodeLeft: () => big,
      encodeInitial: () => big,
      encodeBookmark: () => big,
    },
    initial: [],
    after: 0,
    bookmarks: false,
    marksInitialEnd: false,
    timeoutMs: 60_000,
    currentRevision: () => 100,
    signal: abort.signal,
    onEnd: () => {
      ended = true;
    },
  });
  for (let revision = 1; revision <= 20; revision++) collection.publish(entry("a", revision), false);
  assert.ok(ended);
  assert.equal((await new Response(stream.body).bytes()).length, 0);
});

test("a reader that allows bookmarks gets one every minute, and one shortly before the end", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const { stream, isEnded } = open({ initial: [] });
  const reader = stream.body.getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  assert.equal(await read(), "BOOKMARK 0 true\n");
  const next = read();
  context.mock.timers.tick(58_000);
  assert.equal(await next, "BOOKMARK 100 false\n");
  const last = reader.read();
  context.mock.timers.tick(2_000);
  assert.equal((await last).done, true);
  assert.ok(isEnded());
});
