import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStream } from "./event-stream.ts";

test("EventStream delivers to every reader what was emitted after it began", async () => {
  const stream = new EventStream<string>();
  stream.emit("before");
  const first = stream.read();
  stream.emit("a");
  const second = stream.read();
  stream.emit("b");
  stream.end();
  assert.deepEqual(await Array.fromAsync(first), ["a", "b"]);
  assert.deepEqual(await Array.fromAsync(second), ["b"]);
});

test("EventStream drops the oldest for a reader that lags", async () => {
  const stream = new EventStream<number>(2);
  const reader = stream.read();
  for (const value of [1, 2, 3]) stream.emit(value);
  stream.end();
  assert.deepEqual(await Array.fromAsync(reader), [2, 3]);
});

test("EventStream ends a reader that waits when its signal aborts", async () => {
  const stream = new EventStream<string>();
  const stop = new AbortController();
  const waiting = stream.read(stop.signal).next();
  stop.abort();
  assert.deepEqual(await waiting, { done: true, value: undefined });
});

test("EventStream gives a late reader nothing, not a wait", async () => {
  const stream = new EventStream<string>();
  stream.end();
  assert.deepEqual(await Array.fromAsync(stream.read()), []);
});
