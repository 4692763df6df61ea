import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type Api, notFound } from "@peapod/machinery";
import { wholeResponse } from "../whole-response.ts";
import { ask, createDriver, temporaryPki } from "./test-driver.ts";

const authority = await temporaryPki();
const { start, get, session } = createDriver(authority.pki);
after(() => authority[Symbol.asyncDispose]());

test("listen() serves HTTP/1.1 and HTTP/2 on one port, with the request as it came", async () => {
  const echo: Api["fetch"] = async (request) => {
    const { pathname, search } = new URL(request.url);
    const type = request.headers.get("content-type");
    return wholeResponse(JSON.stringify([request.method, pathname + search, type, await request.text()]), {
      status: 201,
      headers: { "Content-Type": "application/json" },
    });
  };
  await using listener = await start(echo);
  const expected = ["POST", "/api/v1/pods?dryRun=All", "application/json", '{"a":1}'];
  const path = "/api/v1/pods?dryRun=All";
  const first = await get(listener, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"a":1}',
  });
  assert.deepEqual([first.status, JSON.parse(first.text)], [201, expected]);
  assert.equal(first.headers["content-length"], String(first.text.length));
  await using client = await session(listener);
  assert.equal(client.alpnProtocol, "h2");
  const second = await ask(client, { ":method": "POST", ":path": path, "content-type": "application/json" }, '{"a":1}');
  assert.deepEqual([second.status, JSON.parse(second.text)], [201, expected]);
});

test("listen() puts the standard headers on every answer, and lets the answer's own go before", async () => {
  await using listener = await start(async (request) =>
    wholeResponse("x", { headers: request.url.endsWith("own") ? { "Cache-Control": "public" } : {} }),
  );
  const { headers } = await get(listener, "/api");
  assert.match(headers["audit-id"] ?? "", /^[0-9a-f]{8}-/);
  assert.equal(headers["cache-control"], "no-cache, private");
  assert.equal((await get(listener, "/own")).headers["cache-control"], "public");
});

test("listen() lets no Host header change the path", async () => {
  await using listener = await start(async (request) => wholeResponse(new URL(request.url).pathname));
  const path = async (host: string) => (await get(listener, "/healthz", { headers: { host } })).text;
  assert.equal(await path("kubernetes.default.svc:443"), "/healthz");
  assert.equal(await path("[::1]:6443"), "/healthz");
  assert.equal(await path("x/api/v1/secrets?"), "/healthz");
  assert.equal(await path("user@x"), "/healthz");
});

test("listen() turns a thrown refusal into its Status, and any other error into an InternalError", async () => {
  await using listener = await start(async (request) => {
    if (request.url.endsWith("missing")) throw notFound({ group: "", plural: "pods" }, "p");
    throw new Error("boom");
  });
  const missing = await get(listener, "/missing");
  assert.deepEqual([missing.status, JSON.parse(missing.text).message], [404, 'pods "p" not found']);
  const broken = await get(listener, "/broken");
  assert.deepEqual([broken.status, JSON.parse(broken.text).reason], [500, "InternalError"]);
});

test("listen() compresses large bodies for clients that take it", async () => {
  const text = "x".repeat(200_000);
  await using listener = await start(async () => wholeResponse(text));
  const packed = await get(listener, "/", { headers: { "accept-encoding": "gzip" } });
  assert.equal(packed.headers["content-encoding"], "gzip");
  assert.equal(gunzipSync(packed.bytes).toString(), text);
  assert.equal((await get(listener, "/")).headers["content-encoding"], undefined);
});

test("listen() sends no body for HEAD, 204 and 304", async () => {
  await using listener = await start(async (request) =>
    new URL(request.url).pathname === "/304" ? new Response(null, { status: 304 }) : wholeResponse("body"),
  );
  const head = await get(listener, "/", { method: "HEAD" });
  assert.deepEqual([head.status, head.text, head.headers["content-length"]], [200, "", "4"]);
  assert.deepEqual([(await get(listener, "/304")).status, (await get(listener, "/304")).text], [304, ""]);
});
