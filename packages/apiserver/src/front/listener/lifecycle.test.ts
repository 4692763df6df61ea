import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { createClient, type UserInfo } from "@peapod/machinery";
import { createHttpsFetch } from "@peapod/machinery/node";
import { WebSocket } from "ws";
import { wholeResponse } from "../whole-response.ts";
import { createDriver, echoConnection, temporaryPki, whoAmI } from "./test-driver.ts";

const authority = await temporaryPki();
const { pki } = authority;
const { start, get, session } = createDriver(pki);
after(() => authority[Symbol.asyncDispose]());

test("listen() says in one sentence that its port is taken", async () => {
  await using first = await start(whoAmI);
  await assert.rejects(start(whoAmI, { port: first.port }), {
    name: "ListenError",
    message: `Cannot listen on 127.0.0.1:${first.port}: another process is using it`,
    advice: "Listen on another port, or stop that process",
  });
});

test("close() ends watches cleanly, and lets a running request finish", async () => {
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const listener = await start(async (request) => {
    if (request.url.endsWith("watch")) return new Response(new ReadableStream());
    begun.resolve();
    await finish.promise;
    return wholeResponse("done");
  });
  await using client = await session(listener);
  const watch = client.request({ ":path": "/watch" }).end();
  await once(watch, "response");
  watch.resume();
  const slow = get(listener, "/slow");
  await begun.promise;
  const closed = listener.close({ graceMs: 10_000 });
  await once(watch, "end");
  finish.resolve();
  assert.equal((await slow).text, "done");
  await closed;
});

test("close() tells websockets that the server goes", async () => {
  const listener = await start(whoAmI, { connect: async () => echoConnection("") });
  const socket = new WebSocket(listener.url.replace("https", "wss"), { ca: pki.ca });
  await once(socket, "open");
  const [[code]] = await Promise.all([once(socket, "close"), listener.close({ graceMs: 10_000 })]);
  assert.equal(code, 1001);
});

test("close() does not wait longer than its grace for those that do not end", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const listener = await start(async (request) => {
    begun.resolve(request.signal);
    return await new Promise<Response>(() => {});
  });
  const stuck = get(listener, "/").catch(() => "cut off");
  const signal = await begun.promise;
  await listener.close({ graceMs: 10 });
  assert.ok(signal.aborted);
  assert.equal(await stuck, "cut off");
});

test("update() serves new connections with the new certificate", async () => {
  await using listener = await start(whoAmI);
  await using other = await temporaryPki();
  listener.update({ ca: other.pki.ca, ...other.pki.serving });
  await assert.rejects(get(listener, "/"));
  const fetch = createHttpsFetch({ server: listener.url, ca: other.pki.ca, ...other.pki.admin });
  const client = createClient({ fetch: fetch.fetch });
  assert.equal(((await client.request("GET", "/")) as UserInfo).username, "kubernetes-admin");
  fetch.close();
});
