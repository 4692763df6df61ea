import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ApiError, notFound } from "@peapod/machinery";
import { connectWebSocket } from "@peapod/machinery/node";
import { createDriver, echoConnection, temporaryPki, whoAmI } from "./test-driver.ts";

const authority = await temporaryPki();
const { pki } = authority;
const { start, get } = createDriver(pki);
after(() => authority[Symbol.asyncDispose]());

test("listen() joins a websocket to the connection it is given, in the subprotocol that was chosen", async () => {
  let offered: string | null = "";
  await using listener = await start(whoAmI, {
    connect: async (request) => {
      offered = request.headers.get("sec-websocket-protocol");
      return echoConnection("plain.kubevirt.io");
    },
  });
  const socket = await connectWebSocket(`${listener.url}/console`, {
    ca: pki.ca,
    protocols: ["other", "plain.kubevirt.io"],
  });
  assert.equal(offered, "other, plain.kubevirt.io");
  assert.equal(socket.protocol, "plain.kubevirt.io");
  const writer = socket.writable.getWriter();
  await writer.write(Buffer.from("hello"));
  const reader = socket.readable.getReader();
  assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), "hello");
  await writer.close();
  assert.equal((await reader.read()).done, true);
});

test("listen() ends the connection when the websocket goes, and the websocket when the connection ends", async () => {
  const ended = Promise.withResolvers<void>();
  let close: (() => void) | undefined;
  await using listener = await start(whoAmI, {
    connect: async () => ({
      protocol: "",
      readable: new ReadableStream({
        start: (controller) => {
          close = () => controller.close();
        },
      }),
      writable: new WritableStream({ close: () => ended.resolve(), abort: () => ended.resolve() }),
    }),
  });
  const first = await connectWebSocket(listener.url, { ca: pki.ca });
  await first.writable.close();
  await ended.promise;
  const second = await connectWebSocket(listener.url, { ca: pki.ca });
  close?.();
  assert.equal((await second.readable.getReader().read()).done, true);
});

test("listen() takes a browser's token from the subprotocols, and tells nobody", async () => {
  let seen: unknown;
  await using listener = await start(whoAmI, {
    connect: async (request, { user }) => {
      seen = [user.username, request.headers.get("sec-websocket-protocol")];
      return echoConnection("v1");
    },
  });
  const secret = `base64url.bearer.authorization.k8s.io.${Buffer.from("s3cret").toString("base64url")}`;
  const socket = await connectWebSocket(listener.url, { ca: pki.ca, protocols: [secret, "v1"] });
  assert.deepEqual(seen, ["admin", "v1"]);
  assert.equal(socket.protocol, "v1");
  await socket.readable.cancel();
});

test("listen() answers a refused upgrade like any request", async () => {
  await using listener = await start(whoAmI, {
    connect: async () => {
      throw notFound({ group: "kubevirt.io", plural: "virtualmachineinstances" }, "web");
    },
  });
  await assert.rejects(connectWebSocket(listener.url, { ca: pki.ca }), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.message, 'virtualmachineinstances.kubevirt.io "web" not found');
    return true;
  });
});

test("listen() refuses to upgrade to anything but a websocket", async () => {
  await using listener = await start(whoAmI);
  const headers = { connection: "Upgrade", upgrade: "SPDY/3.1" };
  const answer = await get(listener, "/exec", { method: "POST", headers });
  assert.equal(answer.status, 400);
  assert.match(JSON.parse(answer.text).message, /only websocket connections/);
});
