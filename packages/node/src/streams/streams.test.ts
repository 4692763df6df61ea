import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ConsoleLog, readConsoleLog } from "./console-log.ts";
import { parseLogQuery, renderLog } from "./log-query.ts";
import { SerialConsole } from "./serial-console.ts";

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "peapod-console-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("ConsoleLog keeps lines with their times, joins pieces, and shows a prompt that has no end", async (t) => {
  const path = join(folderFor(t), "log");
  let clock = 0;
  using log = new ConsoleLog(path, () => new Date(clock++ * 1000));
  const prompt = new Promise((resolve) => log.onEntry((entry) => entry.text === "login: " && resolve(entry)));
  log.write("boot");
  log.write("ing\r\nready\r\nlogin: ");
  await prompt;
  const entries = readConsoleLog(path);
  assert.deepEqual(
    entries.map(({ text, isWhole }) => [text, isWhole]),
    [
      ["booting\r", true],
      ["ready\r", true],
      ["login: ", false],
    ],
  );
  assert.equal(log.scrollBack(), "booting\r\nready\r\nlogin: ");
});

test("ConsoleLog is bounded: one file and its predecessor", (t) => {
  const path = join(folderFor(t), "log");
  using log = new ConsoleLog(path);
  for (let line = 0; line < 40_000; line++) log.write(`${"x".repeat(80)} ${line}\n`);
  assert.ok(statSync(path).size <= 2 ** 20);
  assert.ok(statSync(`${path}.1`).size <= 2 ** 20);
  assert.match(readConsoleLog(path).at(-1)?.text ?? "", / 39999$/);
});

test("renderLog() answers what kubectl logs asks for", () => {
  const entries = [
    { at: "2026-01-01T12:00:00.000Z", isWhole: true, text: "one\r" },
    { at: "2026-01-01T12:00:01.000Z", isWhole: false, text: "tw" },
    { at: "2026-01-01T12:00:02.000Z", isWhole: true, text: "o" },
    { at: "2026-01-01T12:00:03.000Z", isWhole: false, text: "login: " },
  ];
  const now = new Date("2026-01-01T12:00:04.000Z");
  const ask = (text: string) => renderLog(entries, parseLogQuery(new URLSearchParams(text)), now);
  assert.equal(ask(""), "one\ntwo\nlogin: ");
  assert.equal(ask("tailLines=1"), "login: ");
  assert.equal(ask("tailLines=0"), "");
  assert.equal(ask("sinceSeconds=3"), "two\nlogin: ");
  assert.equal(ask("sinceTime=2026-01-01T12:00:02Z"), "login: ");
  assert.equal(ask("timestamps=true&tailLines=2"), "2026-01-01T12:00:01.000Z two\n2026-01-01T12:00:03.000Z login: ");
  assert.equal(ask("limitBytes=5"), "one\nt");
});

test("SerialConsole shows every viewer what came before and after, and passes on what they type", async (t) => {
  const folder = folderFor(t);
  const guest = await fakeGuest(t, join(folder, "serial"));
  using serial = new SerialConsole(join(folder, "serial"), join(folder, "log"));
  const line = await guest.connected;
  line.write("hello\r\n");
  await new Promise<void>((resolve) => serial.log.onEntry(() => resolve()));
  const viewers = [serial.attach(), serial.attach()].map(({ readable, writable }) => ({
    reader: readable.getReader(),
    writer: writable.getWriter(),
  }));
  for (const { reader } of viewers) assert.equal(textOf(await reader.read()), "hello\r\n");
  line.write("again\r\n");
  for (const { reader } of viewers) assert.equal(textOf(await reader.read()), "again\r\n");
  const typed = once(line, "data");
  await viewers[1]?.writer.write(Buffer.from("ls\r"));
  assert.equal(String((await typed)[0]), "ls\r");
  await viewers[0]?.writer.close();
  assert.equal((await viewers[0]?.reader.read())?.done, true);
});

test("SerialConsole drops a viewer that does not read, and the guest's console goes on", async (t) => {
  const folder = folderFor(t);
  const guest = await fakeGuest(t, join(folder, "serial"));
  using serial = new SerialConsole(join(folder, "serial"), join(folder, "log"));
  const line = await guest.connected;
  const sleeper = serial.attach().readable.getReader();
  const last = new Promise<void>((resolve) => serial.log.onEntry(({ text }) => text === "end" && resolve()));
  line.write(`${"y".repeat(1023)}\n`.repeat(600));
  line.write("end\n");
  await last;
  await assert.rejects(async () => {
    for (;;) if ((await sleeper.read()).done) return;
  }, /does not read/);
  assert.ok(readFileSync(join(folder, "log"), "utf8").includes(" F end\n"));
});

async function fakeGuest(t: TestContext, path: string): Promise<{ readonly connected: Promise<Socket> }> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    resolve(socket);
  });
  server.listen(path);
  await once(server, "listening");
  t.after(() => server.close());
  return { connected: promise };
}

function textOf({ value }: ReadableStreamReadResult<Uint8Array>): string {
  return Buffer.from(value ?? []).toString("utf8");
}
