import assert from "node:assert/strict";
import { once } from "node:events";
import https from "node:https";
import { after, test } from "node:test";
import type { Api } from "@peapod/machinery";
import { wholeResponse } from "../whole-response.ts";
import { createDriver, temporaryPki } from "./test-driver.ts";

const authority = await temporaryPki();
const { pki } = authority;
const { start, get, session } = createDriver(pki);
after(() => authority[Symbol.asyncDispose]());

test("listen() sends the headers of a stream at once, and its chunks as they come", async () => {
  const source = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const watch: Api["fetch"] = async () =>
    new Response(new ReadableStream({ start: (controller) => source.resolve(controller) }));
  await using listener = await start(watch);
  for (const isHttp2 of [false, true]) {
    await using client = await session(listener);
    const stream = isHttp2
      ? client.request({ ":path": "/" }).end()
      : https.get({ host: "127.0.0.1", port: listener.port, ca: pki.ca, agent: false });
    const [response] = await once(stream, "response");
    const body = isHttp2 ? stream : response;
    const controller = await source.promise;
    controller.enqueue(Buffer.from("one\n"));
    const [first] = await once(body, "data");
    assert.equal(String(first), "one\n");
    controller.enqueue(Buffer.from("two\n"));
    const [second] = await once(body, "data");
    assert.equal(String(second), "two\n");
    stream.destroy();
    Object.assign(source, Promise.withResolvers());
  }
});

test("listen() aborts the request's signal and cancels its stream when the client goes", async () => {
  for (const isHttp2 of [false, true]) {
    const aborted = Promise.withResolvers<void>();
    const cancelled = Promise.withResolvers<void>();
    await using listener = await start(async (request) => {
      request.signal.addEventListener("abort", () => aborted.resolve());
      return new Response(new ReadableStream({ cancel: () => cancelled.resolve() }));
    });
    await using client = await session(listener);
    const stream = isHttp2
      ? client.request({ ":path": "/" }).end()
      : https.get({ host: "127.0.0.1", port: listener.port, ca: pki.ca, agent: false });
    stream.on("error", () => {});
    await once(stream, "response");
    stream.destroy();
    await Promise.all([aborted.promise, cancelled.promise]);
  }
});

test("listen() does not read ahead of a client that does not", async () => {
  let produced = 0;
  const chunk = new Uint8Array(64 * 1024);
  await using listener = await start(
    async () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            produced += chunk.length;
            controller.enqueue(chunk);
          },
        }),
      ),
  );
  await using client = await session(listener);
  const stream = client.request({ ":path": "/" }).end();
  stream.on("error", () => {});
  await once(stream, "response");
  // Pings are answered behind what the server has to write: when several pass with nothing new, it has read ahead what it will.
  let before = -1;
  for (let quiet = 0; quiet < 10; quiet = produced === before ? quiet + 1 : 0) {
    before = produced;
    await new Promise((resolve, reject) => client.ping((error) => (error ? reject(error) : resolve(undefined))));
  }
  assert.ok(produced < 16 * 1024 * 1024, `${produced} bytes were produced for a client that reads none`);
  stream.destroy();
});

test("listen() hands large and endless bodies on as streams", async () => {
  const count: Api["fetch"] = async (request) => {
    let size = 0;
    for await (const chunk of request.body ?? []) size += chunk.byteLength;
    return wholeResponse(String(size));
  };
  await using listener = await start(count);
  const body = Buffer.alloc(6_000_000);
  assert.equal((await get(listener, "/", { method: "POST", body })).text, "6000000");
  const chunked = { "transfer-encoding": "chunked" };
  assert.equal((await get(listener, "/", { method: "PUT", body, headers: chunked })).text, "6000000");
});

test("listen() keeps a connection usable after refusing a body unread", async () => {
  await using listener = await start(async () => wholeResponse("no", { status: 413 }));
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: pki.ca });
  const body = Buffer.alloc(5_000_000);
  assert.equal((await get(listener, "/", { method: "POST", body, agent })).status, 413);
  assert.equal((await get(listener, "/", { agent })).status, 413);
  agent.destroy();
});
