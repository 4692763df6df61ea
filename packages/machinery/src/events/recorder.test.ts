import assert from "node:assert/strict";
import test from "node:test";
import { Event } from "@peapod/api";
import { internalError } from "../errors/refusals.ts";
import { createFakeApi, type FakeApi } from "../testing/fake-api.ts";
import { Widget, widget } from "../testing/widget.ts";
import { createEventRecorder } from "./recorder.ts";

const failed = { type: "Warning", reason: "SyncFailed", message: "cannot attach" } as const;

test("createEventRecorder() writes an Event as upstream does", async (t) => {
  const { api, recorder, object } = start(t);
  recorder.record(object, failed);
  await recorder.idle();
  const [event] = api.list(Event);
  assert.match(event?.metadata.name ?? "", /^w1\.[0-9a-f]{16}$/);
  assert.deepEqual(event?.involvedObject, {
    apiVersion: "example.com/v1",
    kind: "Widget",
    name: "w1",
    namespace: "a",
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
  });
  assert.deepEqual(event?.source, { component: "virt-handler", host: "n1" });
  assert.equal(event?.count, 1);
  assert.equal(event?.firstTimestamp, "2026-01-01T00:00:00Z");
});

test("createEventRecorder() counts the same words, and keeps different ones apart", async (t) => {
  const { api, recorder, object, clock } = start(t);
  recorder.record(object, failed);
  clock.now = new Date("2026-01-01T00:01:00Z");
  recorder.record(object, failed);
  recorder.record(object, { ...failed, message: "cannot attach eth1" });
  await recorder.idle();
  assert.deepEqual(
    api
      .list(Event)
      .map(({ count, message, firstTimestamp, lastTimestamp }) => ({ count, message, firstTimestamp, lastTimestamp })),
    [
      {
        count: 2,
        message: "cannot attach",
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:01:00Z",
      },
      {
        count: 1,
        message: "cannot attach eth1",
        firstTimestamp: "2026-01-01T00:01:00Z",
        lastTimestamp: "2026-01-01T00:01:00Z",
      },
    ],
  );
});

test("createEventRecorder() starts anew when the Event has expired", async (t) => {
  const { api, recorder, object } = start(t);
  recorder.record(object, failed);
  await recorder.idle();
  const [event] = api.list(Event);
  api.remove(Event, { namespace: "a", name: event?.metadata.name ?? "" });
  recorder.record(object, failed);
  await recorder.idle();
  assert.equal(api.list(Event)[0]?.count, 1);
});

test("createEventRecorder() holds a flood about one object back", async (t) => {
  const { api, recorder, object, clock } = start(t);
  const other = api.put(Widget, widget("a/w2"));
  for (let i = 0; i < 100; i += 1) recorder.record(object, { ...failed, message: `${i}` });
  recorder.record(other, failed);
  await recorder.idle();
  assert.equal(api.list(Event).length, 26);
  clock.now = new Date("2026-01-01T00:05:00Z");
  recorder.record(object, failed);
  await recorder.idle();
  assert.equal(api.list(Event).length, 27);
});

test("createEventRecorder() tries again when the server fails", async (t) => {
  const { api, recorder, object } = start(t);
  let failures = 0;
  api.failWhen(() => {
    failures += 1;
    return failures === 1 ? internalError("busy") : undefined;
  });
  recorder.record(object, failed);
  await recorder.idle();
  assert.equal(api.list(Event).length, 1);
});

function start(t: test.TestContext) {
  const api: FakeApi = createFakeApi();
  const abort = new AbortController();
  const clock = { now: new Date("2026-01-01T00:00:00Z") };
  const recorder = createEventRecorder({
    client: api.client,
    component: "virt-handler",
    host: "n1",
    now: () => clock.now,
    random: Math.random,
    signal: abort.signal,
  });
  t.after(() => abort.abort());
  return { api, recorder, clock, object: api.put(Widget, widget("a/w1")) };
}
