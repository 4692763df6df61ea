import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect as connectTcp, createServer } from "node:net";
import { PassThrough } from "node:stream";
import test from "node:test";
import { type ClientConnect, conflict, statusResponse } from "@peapod/machinery";
import { createFakeApi, eventually } from "@peapod/machinery/testing";
import { runLine } from "../testing/run-line.ts";
import { parsePort, parseTarget } from "./parse.ts";

test("parseTarget() reads type, name and namespace", () => {
  assert.deepEqual(parseTarget("vm/web"), { kind: "vm", name: "web", namespace: undefined });
  assert.deepEqual(parseTarget("VirtualMachineInstances/web/team"), { kind: "vmi", name: "web", namespace: "team" });
  const refusals = {
    "": "target cannot be empty",
    web: "target must contain type and name separated by '/'",
    "pod/web": "unsupported resource type 'pod'",
    "vm/": "name cannot be empty",
    "vm/web/": "namespace cannot be empty",
    "vm/web/a/b": "target is not valid with more than two '/'",
  };
  for (const [target, message] of Object.entries(refusals)) assert.throws(() => parseTarget(target), { message });
});

test("parsePort() reads protocol and ports", () => {
  assert.deepEqual(parsePort("8080"), { protocol: "tcp", local: 8080, remote: 8080 });
  assert.deepEqual(parsePort("udp/5353:53"), { protocol: "udp", local: 5353, remote: 53 });
  assert.deepEqual(parsePort("0:22"), { protocol: "tcp", local: 0, remote: 22 });
  assert.throws(() => parsePort("tcp/"), { message: "invalid port, missing local and/or remote port" });
  assert.throws(() => parsePort("http"), { message: 'strconv.Atoi: parsing "http": invalid syntax' });
  assert.throws(() => parsePort("sctp/80"), { message: "unknown protocol: sctp" });
  assert.throws(() => parsePort("70000"), { message: /between 0 and 65535/ });
});

test("port-forward gives every TCP connection a stream of its own", async () => {
  const paths: string[] = [];
  const { local, done, stop } = await forwarded(["vm/web/team", "0:80"], echo(paths));
  const [first, second] = await Promise.all([ask(local, "one"), ask(local, "two")]);
  assert.deepEqual([first, second], ["one", "two"]);
  const path = "/apis/subresources.kubevirt.io/v1/namespaces/team/virtualmachines/web/portforward/80/tcp";
  assert.deepEqual(paths, [path, path]);
  stop();
  assert.equal((await done).code, 0);
});

test("port-forward keeps datagrams apart", async () => {
  const { local, done, stop } = await forwarded(["vmi/web", "udp/0:53"], echo([]));
  const socket = createSocket("udp4");
  const answers: string[] = [];
  socket.on("message", (message) => answers.push(message.toString()));
  socket.send("one", local, "127.0.0.1");
  socket.send("three", local, "127.0.0.1");
  await eventually(() => answers.length === 2);
  assert.deepEqual(answers.toSorted(), ["one", "three"]);
  socket.close();
  stop();
  await done;
});

test("port-forward logs a refusal and goes on", async () => {
  const error = conflict({ group: "kubevirt.io", plural: "virtualmachineinstance" }, "web", "VMI is paused");
  const { local, done, stop } = await forwarded(["vmi/web", "0:80"], async () => statusResponse(error.status));
  assert.equal(await ask(local, "x"), "");
  stop();
  assert.match((await done).stderr, /"level":"error","msg":"can't access port 80: .*VMI is paused"/);
});

test("port-forward joins one port with standard input and output", async () => {
  const stdin = new PassThrough();
  const running = runLine(["port-forward", "--stdio", "vmi/web", "22"], {
    connect: echo([]),
    stdin,
    api: createFakeApi(),
    onOutput: (output) => output === "SSH-2.0" && stdin.end(),
  });
  stdin.write("SSH-2.0");
  assert.deepEqual(await running, { code: 0, stdout: "SSH-2.0", stderr: "" });
  const two = await runLine(["port-forward", "--stdio", "vmi/web", "22", "23"], { api: createFakeApi() });
  assert.equal(two.stderr, "only one port supported when forwarding to stdout\n");
});

test("port-forward over standard input ends with the guest's connection, also while the input stays open", async () => {
  const connect: ClientConnect = async () => ({
    protocol: "plain.kubevirt.io",
    readable: ReadableStream.from([new TextEncoder().encode("bye")]),
    writable: new WritableStream(),
  });
  const options = { connect, stdin: new PassThrough(), api: createFakeApi() };
  const running = runLine(["port-forward", "--stdio", "vmi/web", "80"], options);
  assert.deepEqual(await running, { code: 0, stdout: "bye", stderr: "" });
});

test("port-forward names an address that is taken", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const { code, stderr } = await runLine(["port-forward", "vmi/web", `${port}`], { api: createFakeApi() });
  assert.equal(code, 1);
  assert.equal(stderr, `listen tcp 127.0.0.1:${port}: bind: address already in use\n`);
});

/** A guest that answers with what it is told, chunk by chunk. */
function echo(paths: string[]): ClientConnect {
  return async (request) => {
    paths.push(new URL(request.url).pathname);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return { protocol: "plain.kubevirt.io", readable, writable };
  };
}

async function forwarded(argv: readonly string[], connect: ClientConnect) {
  const stop = new AbortController();
  let listening: number | undefined;
  const done = runLine(["port-forward", ...argv], {
    connect,
    api: createFakeApi(),
    signal: stop.signal,
    onErrors: (errors) => {
      listening = Number(/forwarding \w+ 127\.0\.0\.1:(\d+) to/.exec(errors)?.[1]) || undefined;
    },
  });
  const local = await eventually(() => listening);
  return { local, done, stop: () => stop.abort() };
}

/** What comes back, until it is as long as the question or the connection ends. */
async function ask(port: number, question: string): Promise<string> {
  const socket = connectTcp(port, "127.0.0.1");
  socket.write(question);
  let answer = "";
  for await (const chunk of socket) {
    answer += chunk;
    if (answer.length >= question.length) break;
  }
  return answer;
}
