import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { WebSocketServer } from "ws";
import { createClient } from "../client/client.ts";
import { connectWebSocket, createHttpsConnect } from "./connect-web-socket.ts";
import { createHttpsFetch } from "./https-fetch.ts";
import { connectionOf, joinConnections } from "./socket-connection.ts";

test("createHttpsFetch() sends method, path, headers, token and body, and streams the answer", async (t) => {
  const server = await listen(t, (request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      const { method, url, headers } = request;
      response.end(JSON.stringify({ method, url, body, token: headers.authorization, extra: headers["x-extra"] }));
    });
  });
  using https = createHttpsFetch({ server: `${server}/base`, token: async () => "t1", headers: { "x-extra": "e" } });
  const client = createClient(https);
  assert.deepEqual(await client.request("POST", "/a/b", { body: { c: 1 }, query: { d: "e f" } }), {
    method: "POST",
    url: "/base/a/b?d=e+f",
    body: '{"c":1}',
    token: "Bearer t1",
    extra: "e",
  });
});

test("createHttpsFetch() closes the server's side of a stream that is cancelled", async (t) => {
  const closed = Promise.withResolvers<void>();
  const server = await listen(t, (_, response) => {
    response.write("first\n");
    response.on("close", () => closed.resolve());
  });
  using https = createHttpsFetch({ server });
  const { body } = await https.fetch(new Request("http://x/"));
  const reader = body?.getReader();
  assert.equal(new TextDecoder().decode((await reader?.read())?.value), "first\n");
  await reader?.cancel();
  await closed.promise;
});

test("createHttpsFetch() fails a stream with the reason of its request's abort", async (t) => {
  const server = await listen(t, (_, response) => void response.write("first\n"));
  using https = createHttpsFetch({ server });
  const abort = new AbortController();
  const { body } = await https.fetch(new Request("http://x/", { signal: abort.signal }));
  const reader = body?.getReader();
  await reader?.read();
  abort.abort(new Error("enough"));
  await assert.rejects(async () => reader?.read(), { message: "enough" });
});

test("createHttpsFetch() names the server that it cannot reach", async () => {
  using https = createHttpsFetch({ server: "http://127.0.0.1:1" });
  await assert.rejects(https.fetch(new Request("http://x/")), { message: "Cannot reach http://127.0.0.1:1" });
});

test("createHttpsFetch() repeats a read whose kept connection had been closed by the server", async (t) => {
  let count = 0;
  const server = await listen(t, (request, response) => {
    count += 1;
    if (count === 2) request.socket.destroy();
    else response.end("ok");
  });
  using https = createHttpsFetch({ server });
  for (let i = 0; i < 2; i += 1) {
    assert.equal(await (await https.fetch(new Request("http://x/"))).text(), "ok");
  }
  assert.equal(count, 3);
});

test("connectWebSocket() gives byte streams both ways with the chosen subprotocol", async (t) => {
  const server = await listenSockets(t);
  const connection = await connectWebSocket(`${server}/echo`, { protocols: ["other", "plain.kubevirt.io"] });
  assert.equal(connection.protocol, "plain.kubevirt.io");
  const writer = connection.writable.getWriter();
  await writer.write(new TextEncoder().encode("hello"));
  const reader = connection.readable.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "hello");
  await writer.close();
  assert.equal((await reader.read()).done, true);
});

test("connectWebSocket() throws the Status of a refusal, createHttpsConnect() answers with it", async (t) => {
  const server = await listenSockets(t);
  await assert.rejects(connectWebSocket(`${server}/refuse`), { message: "VMI is not running", code: 409 });
  const answer = await createHttpsConnect({ server })(new Request("http://x/refuse"));
  assert.ok(answer instanceof Response);
  assert.equal(answer.status, 409);
});

test("a lost connection fails the readable side", async (t) => {
  const server = await listenSockets(t);
  const connection = await connectWebSocket(`${server}/drop`);
  await assert.rejects(connection.readable.getReader().read(), /the connection was lost \(websocket code 1006\)/);
});

test("joinConnections() copies both ways and ends with the first side that ends", async (t) => {
  const server = await listenSockets(t);
  const far = await connectWebSocket(`${server}/echo`);
  const inbound = new TransformStream<Uint8Array, Uint8Array>();
  const outbound = new TransformStream<Uint8Array, Uint8Array>();
  const joined = joinConnections(far, { readable: inbound.readable, writable: outbound.writable });
  const writer = inbound.writable.getWriter();
  void writer.write(new TextEncoder().encode("ping"));
  const reader = outbound.readable.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "ping");
  void writer.close();
  await joined;
});

async function listen(t: test.TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listenSockets(t: test.TestContext): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "plain.kubevirt.io" });
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    if (request.url === "/refuse") {
      const body = JSON.stringify({ kind: "Status", status: "Failure", message: "VMI is not running", code: 409 });
      socket.end(`HTTP/1.1 409 Conflict\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      if (request.url === "/drop") socket.destroy();
      else {
        const { readable, writable } = connectionOf(client);
        readable.pipeTo(writable).catch(() => {});
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
