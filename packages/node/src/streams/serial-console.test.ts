import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { eventually } from "@peapod/machinery/testing";
import { scratchFolder } from "@peapod/qemu/testing";
import { type ConsoleLog, SerialConsole } from "./serial-console.ts";

test("SerialConsole shows every viewer what was and what comes, and takes what they type", async () => {
  await using line = await serialLine();
  const log = memoryLog("earlier\r\n");
  await using console = await SerialConsole.open({ socketPath: line.path, log });
  const first = viewer(console);
  line.guestWrites("hello\r\n");
  await first.waitFor("earlier\r\nhello\r\n");
  const second = viewer(console);
  await second.waitFor("earlier\r\nhello\r\n");
  await second.type("ls\r");
  await eventually(() => line.typed() === "ls\r");
  line.guestWrites("both");
  await first.waitFor("earlier\r\nhello\r\nboth");
  await second.waitFor("earlier\r\nhello\r\nboth");
  assert.equal(log.text(), "earlier\r\nhello\r\nboth");
});

test("SerialConsole sends a viewer away that does not read, and the guest never waits", async () => {
  await using line = await serialLine();
  const log = memoryLog("");
  await using console = await SerialConsole.open({ socketPath: line.path, log });
  const { readable } = console.attach();
  const reader = readable.getReader();
  const chunk = "x".repeat(64 * 1024);
  for (let sent = 0; sent < 40; sent += 1) line.guestWrites(chunk);
  await eventually(() => log.text().length === 40 * chunk.length);
  await assert.rejects(async () => {
    for (;;) if ((await reader.read()).done) return;
  }, /more than this viewer reads/);
});

test("SerialConsole comes back after the line was cut, and ends its viewers when it is closed", async () => {
  await using line = await serialLine();
  await using console = await SerialConsole.open({ socketPath: line.path, log: memoryLog("") });
  const one = viewer(console);
  line.cut();
  await eventually(() => line.isConnected());
  line.guestWrites("again");
  await one.waitFor("again");
  await console[Symbol.asyncDispose]();
  await one.ended;
  assert.equal((await viewer(console).ended).endsWith("again"), true);
});

function viewer(console: SerialConsole) {
  const { readable, writable } = console.attach();
  const writer = writable.getWriter();
  let text = "";
  const ended = (async () => {
    for await (const bytes of readable) text += Buffer.from(bytes).toString();
    return text;
  })();
  return {
    ended,
    waitFor: (wanted: string) => eventually(() => text === wanted, { what: `"${wanted}", not "${text}"` }),
    type: (keys: string) => writer.write(Buffer.from(keys)),
  };
}

function memoryLog(before: string): ConsoleLog & { text(): string } {
  let kept = before;
  return {
    append(bytes) {
      kept += bytes.toString();
    },
    tail: async (bytes) => Buffer.from(kept.slice(-bytes)),
    text: () => kept,
  };
}

/** QEMU's end of a serial line. */
async function serialLine() {
  const scratch = await scratchFolder();
  let client: Socket | undefined;
  let typed = "";
  const server = createServer((socket) => {
    client = socket;
    socket.on("data", (bytes) => {
      typed += bytes.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (client === socket) client = undefined;
    });
  });
  const path = `${scratch.path}/serial.sock`;
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    typed: () => typed,
    isConnected: () => client !== undefined,
    guestWrites: (text: string) => client?.write(text),
    cut() {
      client?.destroy();
      client = undefined;
    },
    async [Symbol.asyncDispose]() {
      client?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await scratch[Symbol.asyncDispose]();
    },
  };
}
