import assert from "node:assert/strict";
import { test } from "node:test";
import { Event } from "@peapod/api";
import { createClient } from "@peapod/machinery";
import { eventually } from "@peapod/machinery/testing";
import { createApiServer } from "../server.ts";
import { admin } from "../testing/call-server.ts";

test("an Event goes an hour after it was last written", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  let now = Date.parse("2026-01-15T12:00:00Z");
  await using server = await createApiServer({ now: () => new Date(now) });
  const client = createClient({ fetch: server.as(admin).fetch });
  const event = (name: string): Event => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "default" },
    involvedObject: { kind: "Pod", name: "p", namespace: "default" },
  });
  await client.create(Event, event("old"));
  await client.create(Event, event("repeated"));
  now += 59 * 60_000;
  await client.patch(Event, { namespace: "default", name: "repeated" }, { count: 2 });
  now += 2 * 60_000;
  context.mock.timers.tick(60_000);
  await eventually(async () => (await client.find(Event, { namespace: "default", name: "old" })) === undefined);
  assert.ok(await client.find(Event, { namespace: "default", name: "repeated" }));
});
