import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { ApiError, silentLog } from "@peapod/machinery";
import { connectWebSocket, createHttpsFetch } from "@peapod/machinery/node";
import { scratchFolder } from "@peapod/qemu/testing";
import type { GuestControl } from "../guests/control.ts";
import { SerialLog } from "../streams/serial-log.ts";
import { createAgentApi, type GuestDirectory } from "./agent-api.ts";
import { listenForGateway } from "./listen.ts";

const guestPath = "/v1/namespaces/default/virtualmachineinstances/web";

test("the agent answers the gateway and administrators, and nobody else", async () => {
  await using world = await makeWorld();
  for (const who of ["gateway", "admin"] as const) {
    assert.equal((await world.ask(who, "PUT", `${guestPath}/pause`)).status, 200, who);
  }
  assert.deepEqual(world.done, ["pause", "pause"]);
  const refused = await world.ask("node", "PUT", `${guestPath}/pause`);
  assert.equal(refused.status, 401);
  assert.equal(JSON.parse(await refused.text()).reason, "Unauthorized");
  await assert.rejects(world.ask("nobody", "PUT", `${guestPath}/pause`));
  await assert.rejects(
    world.dial("node", `${guestPath}/console`),
    (error) => error instanceof ApiError && error.status.code === 401,
  );
  assert.equal(world.done.length, 2);
});

test("the agent's refusals are Statuses", async () => {
  await using world = await makeWorld();
  const refusal = async (method: string, path: string) => {
    const response = await world.ask("gateway", method, path);
    return [response.status, JSON.parse(await response.text()).message];
  };
  assert.deepEqual(await refusal("PUT", "/v1/namespaces/default/virtualmachineinstances/db/pause"), [
    404,
    'virtualmachineinstances.kubevirt.io "db" not found',
  ]);
  assert.deepEqual(await refusal("GET", "/containerLogs/default/no-such-pod/compute"), [
    404,
    'pods "no-such-pod" not found',
  ]);
  assert.equal((await refusal("GET", `${guestPath}/pause`))[0], 404);
  assert.equal((await refusal("GET", "/elsewhere"))[0], 404);
  assert.equal((await refusal("GET", "/containerLogs/default/pod/compute?tailLines=x"))[0], 400);
});

test("logs are sent as they are, and as they come when they are followed", async () => {
  await using world = await makeWorld();
  world.log.append(Buffer.from("one\r\ntwo\r\n"));
  const path = "/containerLogs/default/pod/compute";
  assert.equal(await (await world.ask("gateway", "GET", path)).text(), "one\r\ntwo\r\n");
  assert.equal(await (await world.ask("gateway", "GET", `${path}?tailLines=1`)).text(), "two\r\n");
  const followed = await world.ask("gateway", "GET", `${path}?follow=true&tailLines=0`);
  world.log.append(Buffer.from("three\r\n"));
  const reader = followed.body?.getReader();
  assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), "three\r\n");
  await world.log[Symbol.asyncDispose]();
  assert.equal((await reader?.read())?.done, true);
});

test("a console and a port are streams of bytes, with upstream's subprotocol", async () => {
  await using world = await makeWorld();
  for (const path of [`${guestPath}/console`, `${guestPath}/portforward/${world.port}/tcp`]) {
    const { protocol, readable, writable } = await world.dial("gateway", path);
    assert.equal(protocol, "plain.kubevirt.io");
    const [reader, writer] = [readable.getReader(), writable.getWriter()];
    await writer.write(Buffer.from("echo"));
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), "echo", path);
    await writer.close();
  }
  await assert.rejects(world.dial("gateway", `${guestPath}/portforward/0`), /"0" is no port/);
  await assert.rejects(world.dial("gateway", `${guestPath}/portforward/9/icmp`), /tcp or udp/);
});

type Who = "gateway" | "admin" | "node" | "nobody";

async function makeWorld() {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchFolder());
  const certificates = issueCertificates(scratch.path);
  const log = stack.use(await SerialLog.open({ folder: scratch.path }));
  const echo = createServer((socket) => void socket.on("error", () => {}).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  stack.defer(() => void echo.close());
  const address = echo.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const done: string[] = [];
  const console = () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return { readable, writable };
  };
  const control = {
    live: { console: { attach: console } },
    pause: async () => void done.push("pause"),
    // The endpoints ask no more of a control than this test has.
  } as unknown as GuestControl;
  const guests: GuestDirectory = {
    find: (_, name) => (name === "web" ? { control, addresses: ["127.0.0.1"] } : undefined),
    logOf: (_, pod) => (pod === "pod" ? log : undefined),
  };
  const listener = stack.use(
    await listenForGateway({
      api: createAgentApi(guests, () => new Date()),
      host: "127.0.0.1",
      port: 0,
      tls: { ca: certificates.ca, ...certificates.serving },
      log: silentLog,
    }),
  );
  const server = `https://127.0.0.1:${listener.port}`;
  const clients: Disposable[] = [];
  stack.defer(() => {
    for (const client of clients) client[Symbol.dispose]();
  });
  const cleanup = stack.move();
  return {
    done,
    log,
    port,
    async ask(who: Who, method: string, path: string): Promise<Response> {
      const client = createHttpsFetch({ server, ca: certificates.ca, ...certificates[who] });
      clients.push(client);
      return await client.fetch(new Request(`http://node${path}`, { method }));
    },
    dial: (who: Who, path: string) =>
      connectWebSocket(`${server}${path}`, {
        ca: certificates.ca,
        ...certificates[who],
        protocols: ["plain.kubevirt.io"],
      }),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

/** An authority, a certificate to serve with, and one for each who asks. */
function issueCertificates(folder: string) {
  const openssl = (...argv: string[]) => execFileSync("openssl", argv, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  openssl("req", "-x509", ...key, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt");
  const issue = (name: string, subject: string, ...more: string[]) => {
    const out = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
    openssl("req", "-x509", ...key, "-CA", "ca.crt", "-CAkey", "ca.key", "-subj", subject, ...out, ...more);
    return {
      cert: readFileSync(join(folder, `${name}.crt`), "utf8"),
      key: readFileSync(join(folder, `${name}.key`), "utf8"),
    };
  };
  return {
    ca: readFileSync(join(folder, "ca.crt"), "utf8"),
    serving: issue("serving", "/CN=n1", "-addext", "subjectAltName=IP:127.0.0.1"),
    gateway: issue("gateway", "/O=peapod:gateway/CN=peapod:gateway"),
    admin: issue("admin", "/O=system:masters/CN=kubernetes-admin"),
    node: issue("node", "/O=system:nodes/CN=system:node:n2"),
    nobody: {},
  };
}
