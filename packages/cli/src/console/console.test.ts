import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import test from "node:test";
import { VirtualMachineInstance } from "@peapod/api";
import { badRequest, type ClientConnect, type Connection, notFound, statusResponse } from "@peapod/machinery";
import { createFakeApi, eventually } from "@peapod/machinery/testing";
import type { Input } from "../commands/command.ts";
import { runLine } from "../testing/run-line.ts";
import { dialConsole } from "./dial.ts";

test("console joins the terminal with the guest until the escape key", async () => {
  const guest = guestConsole();
  const stdin = terminal();
  const running = runLine(["console", "web"], { connect: guest.connect, stdin, api: createFakeApi() });
  guest.say("login: ");
  stdin.write("root\r");
  await eventually(() => guest.heard() === "root\r");
  stdin.write(Buffer.from("bye\x1dnot sent"));
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0);
  assert.equal(stdout, "login: ");
  assert.equal(guest.heard(), "root\rbye");
  assert.equal(stderr, "Successfully connected to web console. Press Ctrl+] or Ctrl+5 to exit console.\n");
  assert.deepEqual(stdin.modes, [true, false], "the terminal is raw meanwhile");
  assert.equal(
    guest.path(),
    "/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/web/console",
  );
});

test("console ends with the guest's console", async () => {
  const guest = guestConsole();
  const running = runLine(["console", "web"], { connect: guest.connect, stdin: terminal(), api: createFakeApi() });
  guest.end();
  assert.equal((await running).code, 0);
});

test("console explains a connection that breaks", async () => {
  const guest = guestConsole();
  const running = runLine(["console", "web"], { connect: guest.connect, stdin: terminal(), api: createFakeApi() });
  guest.break(new Error("the connection was lost"));
  const { code, stderr } = await running;
  assert.equal(code, 1);
  assert.match(stderr, /\nYou were disconnected from the console\. .*\n - the target VM was powered off\n/);
  assert.match(stderr, /the connection was lost\n$/);
});

test("console warns of a paused guest", async () => {
  const guest = guestConsole();
  const api = createFakeApi();
  api.put(VirtualMachineInstance, {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: { name: "web", namespace: "default" },
    spec: { domain: { devices: {} } },
    status: { conditions: [{ type: "Paused", status: "True" }] },
  } as VirtualMachineInstance);
  guest.end();
  const { stderr } = await runLine(["console", "web"], { connect: guest.connect, stdin: terminal(), api });
  assert.match(stderr, /^\rWarning: web is paused\. Console will be active after unpause\.\n/);
});

test("console gives up on an instance that does not exist, in the server's words", async () => {
  const connect = refusing(notFound({ group: "kubevirt.io", plural: "virtualmachineinstance" }, "web"));
  const { code, stderr } = await runLine(["console", "web"], { connect });
  assert.equal(code, 1);
  assert.equal(stderr, 'virtualmachineinstance.kubevirt.io "web" not found\n');
});

test("dialConsole() waits for a guest that does not run yet, for as long as it is told to", async () => {
  const guest = guestConsole();
  let refusals = 0;
  const connect: ClientConnect = (request) => {
    refusals += 1;
    return refusals < 3 ? refusing(badRequest("VMI is not running"))(request) : guest.connect(request);
  };
  const access = { namespace: "default", connect } as Parameters<typeof dialConsole>[0];
  const { signal } = new AbortController();
  await dialConsole(access, "web", { timeoutMs: 60_000, retryMs: 1, signal });
  assert.equal(refusals, 3);
  const never = { ...access, connect: refusing(badRequest("VMI is not running")) };
  await assert.rejects(dialConsole(never, "web", { timeoutMs: 5, retryMs: 1, signal }), {
    message: "Timeout trying to connect to the virtual machine instance",
  });
  await assert.rejects(dialConsole(never, "web", { timeoutMs: 0, signal }), { message: "VMI is not running" });
});

test("console ends quietly when somebody has enough of waiting", async () => {
  const stop = new AbortController();
  const running = runLine(["console", "web"], { connect: refusing(badRequest("no")), signal: stop.signal });
  stop.abort();
  assert.deepEqual(await running, { code: 0, stdout: "\n", stderr: "" });
});

function refusing(error: ReturnType<typeof badRequest>): ClientConnect {
  return async () => statusResponse(error.status);
}

/** A terminal that remembers its modes. */
function terminal(): Input & PassThrough & { readonly modes: boolean[] } {
  const modes: boolean[] = [];
  const setRawMode = (isRaw: boolean) => modes.push(isRaw);
  return Object.assign(new PassThrough(), { isTTY: true, setRawMode, modes });
}

/** The far end of a console. */
function guestConsole() {
  let heard = "";
  let path = "";
  const output = new TransformStream<Uint8Array, Uint8Array>();
  const writer = output.writable.getWriter();
  const input = new WritableStream<Uint8Array>({
    write: (chunk) => {
      heard += new TextDecoder().decode(chunk);
    },
  });
  const connection: Connection = { protocol: "plain.kubevirt.io", readable: output.readable, writable: input };
  const connect: ClientConnect = async (request) => {
    path = new URL(request.url).pathname;
    return connection;
  };
  return {
    connect,
    heard: () => heard,
    path: () => path,
    say: (text: string) => void writer.write(new TextEncoder().encode(text)),
    end: () => void writer.close(),
    break: (error: Error) => void writer.abort(error).catch(() => {}),
  };
}
