import assert from "node:assert/strict";
import test from "node:test";
import type { KubeObject } from "@peapod/api";
import { readLines } from "./lines.ts";
import type { WatchEvent } from "./types.ts";
import { readWatch } from "./watch.ts";

const encoder = new TextEncoder();

test("readLines() cuts on bytes, so that a split character survives", async () => {
  const bytes = encoder.encode("grün\nβ\nend");
  const batches: string[] = [];
  for await (const lines of readLines(streamOf([...bytes].map((byte) => Uint8Array.of(byte))))) batches.push(...lines);
  assert.deepEqual(batches, ["grün", "β", "end"]);
});

test("readLines() cancels the stream when the loop is left", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(encoder.encode("line\n")),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const _ of readLines(stream)) break;
  assert.equal(cancelled, true);
});

test("readWatch() gives events and bookmarks, and ends with the stream", async () => {
  const events = await collect(
    '{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n' +
      '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}\n' +
      '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"10","annotations":{"k8s.io/initial-events-end":"true"}}}}\n',
  );
  assert.deepEqual(events, [
    { type: "ADDED", object: { metadata: { name: "a" } } },
    { type: "BOOKMARK", resourceVersion: "9" },
    { type: "BOOKMARK", resourceVersion: "10", initialEventsEnd: true },
  ]);
});

test("readWatch() throws the Status of an ERROR event", async () => {
  const line =
    '{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old resource version: 1 (650)","reason":"Expired","code":410}}\n';
  await assert.rejects(collect(line), { code: 410, message: "too old resource version: 1 (650)" });
});

test("readWatch() decodes many events a chunk and many chunks an event", async () => {
  const object = { metadata: { name: "x".repeat(1000) } };
  const text = Array.from({ length: 5_000 }, () => `${JSON.stringify({ type: "MODIFIED", object })}\n`).join("");
  const bytes = encoder.encode(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = at % 3 === 0 ? 100 : 16_384;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  let count = 0;
  for await (const event of readWatch(streamOf(chunks))) {
    assert.equal(event.type, "MODIFIED");
    count += 1;
  }
  assert.equal(count, 5_000);
});

async function collect(text: string): Promise<WatchEvent<KubeObject>[]> {
  const events: WatchEvent<KubeObject>[] = [];
  for await (const event of readWatch(streamOf([encoder.encode(text)]))) events.push(event);
  return events;
}

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
