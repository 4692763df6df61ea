import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import test from "node:test";
import { ConfigMap } from "@peapod/api";
import { createClient } from "./client.ts";

const line = `${JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } })}\n`;

test("createClient() leaves nothing on a signal that outlives its calls, however they end", async () => {
  const long = new AbortController();
  const listeners = () => getEventListeners(long.signal, "abort").length;
  let during = 0;
  const client = createClient({
    fetch: async (request) => {
      during = listeners();
      if (request.url.endsWith("/bad")) return Response.json({ kind: "Status", code: 500 }, { status: 500 });
      return new Response(request.url.includes("watch=true") ? line : "{}");
    },
  });
  await client.request("GET", "/good", { signal: long.signal });
  assert.equal(during, 1);
  await assert.rejects(client.request("GET", "/bad", { signal: long.signal }));
  for await (const _ of client.watch(ConfigMap, { signal: long.signal })) {
    assert.equal(listeners(), 1);
    break;
  }
  assert.equal(listeners(), 0);
});

test("createClient() ends a call with the reason of its signal", async () => {
  const client = createClient({
    fetch: ({ signal }) =>
      new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  const enough = new Error("enough");
  const abort = new AbortController();
  const call = client.request("GET", "/", { signal: abort.signal });
  abort.abort(enough);
  await assert.rejects(call, enough);
  await assert.rejects(client.request("GET", "/", { signal: abort.signal }), enough);
});
