import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import {
  type Api,
  ApiError,
  type Connection,
  createClient,
  type Log,
  notFound,
  type UserInfo,
} from "@peapod/machinery";
import { connectWebSocket, createHttpsFetch } from "@peapod/machinery/node";
import { WebSocket } from "ws";
import { ensurePki, type Pki } from "../../pki/ensure-pki.ts";
import type { KeyPair } from "../../pki/key-pair.ts";
import { createAuthenticate } from "../authentication/authenticate.ts";
import { wholeResponse } from "../whole-response.ts";
import { type Listener, type ListenOptions, listen } from "./listen.ts";

let folder: string;
let pki: Pki;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "peapod-listener-"));
  pki = await ensurePki(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, with: () => log };

const refuseUpgrades: Api["connect"] = async () => new Response(null, { status: 404 });

function start(
  fetch: Api["fetch"],
  options: Partial<ListenOptions> & Pick<Partial<Api>, "connect"> = {},
): Promise<Listener> {
  const { connect = refuseUpgrades, ...rest } = options;
  return listen(
    { fetch, connect },
    {
      host: "127.0.0.1",
      port: 0,
      tls: { ca: pki.ca, ...pki.serving },
      authenticate: createAuthenticate({ adminToken: "s3cret" }),
      log,
      ...rest,
    },
  );
}

/** One request over HTTP/1.1. */
async function get(
  { port }: Listener,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: Uint8Array | string;
    pair?: KeyPair;
    agent?: https.Agent;
  } = {},
) {
  const { pair, body, ...rest } = options;
  const place = { host: "127.0.0.1", servername: "localhost", port, path };
  const request = https.request({ ...place, ca: pki.ca, agent: false, ...pair, ...rest });
  request.end(body);
  const [response] = await once(request, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode as number, headers: response.headers, bytes, text: bytes.toString() };
}

async function session({ port }: Listener, pair?: KeyPair): Promise<ClientHttp2Session & AsyncDisposable> {
  const client = connectHttp2(`https://127.0.0.1:${port}`, { ca: pki.ca, ...pair });
  client.on("error", () => {});
  await once(client, "connect");
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.destroy() });
}

async function ask(client: ClientHttp2Session, headers: Record<string, string>, body?: string) {
  const stream = client.request(headers);
  stream.end(body);
  const [answer] = await once(stream, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: answer[":status"] as number, headers: answer, text: Buffer.concat(chunks).toString() };
}

const whoAmI: Api["fetch"] = async (_request, { user }) => wholeResponse(JSON.stringify(user));
const admin: UserInfo = { username: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

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

test("listen() knows a client by its certificate, over both protocols, and on a resumed session too", async () => {
  await using listener = await start(whoAmI);
  assert.deepEqual(JSON.parse((await get(listener, "/", { pair: pki.admin })).text), admin);
  await using client = await session(listener, pki.admin);
  assert.deepEqual(JSON.parse((await ask(client, { ":path": "/" })).text), admin);
  const agent = new https.Agent({ keepAlive: false, ca: pki.ca, ...pki.admin });
  for (let i = 0; i < 3; i++) assert.deepEqual(JSON.parse((await get(listener, "/", { agent })).text), admin);
});

test("listen() knows a client by its token, and takes the token away before anybody else sees it", async () => {
  const show: Api["fetch"] = async ({ headers }, { user }) =>
    wholeResponse(JSON.stringify([user.username, headers.get("authorization"), headers.get("cookie")]));
  await using listener = await start(show);
  const answer = await get(listener, "/", { headers: { authorization: "Bearer s3cret", cookie: "a=b" } });
  assert.deepEqual(JSON.parse(answer.text), ["admin", null, null]);
});

test("listen() lets those who show nothing in as anonymous, and answers 401 to those who show something wrong", async () => {
  await using listener = await start(whoAmI);
  const nobody = { username: "system:anonymous", groups: ["system:unauthenticated"] };
  assert.deepEqual(JSON.parse((await get(listener, "/")).text), nobody);
  const refused = await get(listener, "/", { headers: { authorization: "Bearer wrong" } });
  assert.equal(refused.status, 401);
  assert.deepEqual(JSON.parse(refused.text), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "Unauthorized",
    reason: "Unauthorized",
    code: 401,
  });
  await using other = await mkPki();
  assert.equal((await get(listener, "/", { pair: other.pki.admin })).status, 401);
});

test("listen() takes no server's certificate for a client's", async () => {
  await using listener = await start(whoAmI);
  const { serving } = await pki.ensureNode("n1");
  assert.equal((await get(listener, "/", { pair: serving })).status, 401);
});

test("listen() lets no Host header change the path", async () => {
  await using listener = await start(async (request) => wholeResponse(new URL(request.url).pathname));
  const path = async (host: string) => (await get(listener, "/healthz", { headers: { host } })).text;
  assert.equal(await path("kubernetes.default.svc:443"), "/healthz");
  assert.equal(await path("[::1]:6443"), "/healthz");
  assert.equal(await path("x/api/v1/secrets?"), "/healthz");
  assert.equal(await path("user@x"), "/healthz");
});

test("listen() believes identity headers from nobody", async () => {
  await using listener = await start(whoAmI);
  const headers = { "x-remote-user": "root", "x-remote-group": "system:masters", "x-forwarded-user": "root" };
  assert.equal(JSON.parse((await get(listener, "/", { headers })).text).username, "system:anonymous");
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
  // Ping comes back after everything the server had to write: what is produced by then is what it reads ahead.
  let before = -1;
  while (before !== produced) {
    before = produced;
    await new Promise((resolve, reject) => client.ping((error) => (error ? reject(error) : resolve(undefined))));
    await new Promise((resolve) => setTimeout(resolve, 50));
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

/** Sends everything back. */
function echoConnection(protocol: string): Connection {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return { protocol, readable, writable };
}

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
  await using other = await mkPki();
  listener.update({ ca: other.pki.ca, ...other.pki.serving });
  await assert.rejects(get(listener, "/"));
  const fetch = createHttpsFetch({ server: listener.url, ca: other.pki.ca, ...other.pki.admin });
  const client = createClient({ fetch: fetch.fetch });
  assert.equal(((await client.request("GET", "/")) as UserInfo).username, "kubernetes-admin");
  fetch.close();
});

async function mkPki() {
  const path = await mkdtemp(join(tmpdir(), "peapod-listener-"));
  return {
    pki: await ensurePki(path),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
