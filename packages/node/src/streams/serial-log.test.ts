import assert from "node:assert/strict";
import { appendFile, readdir, stat } from "node:fs/promises";
import { test } from "node:test";
import { eventually } from "@peapod/machinery/testing";
import { scratchFolder } from "@peapod/qemu/testing";
import type { LogQuery } from "./log-query.ts";
import { finishedLog, SerialLog } from "./serial-log.ts";

const all: LogQuery = { follow: false, timestamps: false, previous: false };
const never = new AbortController().signal;

async function text(chunks: AsyncIterable<Buffer>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(chunks)).toString();
}

test("SerialLog gives back what the guest wrote, also a line that has not ended", async () => {
  await using scratch = await scratchFolder();
  await using log = await SerialLog.open({ folder: scratch.path });
  for (const piece of ["boo", "ting\r\nsecond\r\nlogin: "]) log.append(Buffer.from(piece));
  assert.equal(await text(log.read(all, never)), "booting\r\nsecond\r\nlogin: ");
  log.append(Buffer.from("root\r\n"));
  assert.equal(await text(log.read({ ...all, tailLines: 1 }, never)), "login: root\r\n");
  assert.equal((await log.tail(9)).toString(), "in: root\r\n".slice(-9));
});

test("SerialLog goes on where an earlier run of ours stopped", async () => {
  await using scratch = await scratchFolder();
  const first = await SerialLog.open({ folder: scratch.path });
  first.append(Buffer.from("before\n"));
  await first[Symbol.asyncDispose]();
  await appendFile(`${scratch.path}/serial.log`, "2026-01-15T12:0");
  await using second = await SerialLog.open({ folder: scratch.path });
  second.append(Buffer.from("after\n"));
  assert.equal(await text(second.read(all, never)), "before\nafter\n");
  assert.equal(await text(finishedLog(scratch.path).read({ ...all, follow: true }, never)), "before\nafter\n");
});

test("SerialLog follows: nothing is missed or told twice, and it ends with the log", async () => {
  await using scratch = await scratchFolder();
  const log = await SerialLog.open({ folder: scratch.path });
  log.append(Buffer.from("one\n"));
  const following = text(log.read({ ...all, follow: true }, never));
  for (let line = 0; line < 200; line += 1) {
    log.append(Buffer.from(`line ${line}\n`));
    if (line % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await log[Symbol.asyncDispose]();
  const wanted = ["one", ...Array.from({ length: 200 }, (_, line) => `line ${line}`), ""].join("\n");
  assert.equal(await following, wanted);
});

test("SerialLog stops following when the reader's signal aborts", async () => {
  await using scratch = await scratchFolder();
  await using log = await SerialLog.open({ folder: scratch.path });
  const stop = new AbortController();
  const following = text(log.read({ ...all, follow: true }, stop.signal));
  log.append(Buffer.from("seen\n"));
  await eventually(async () => (await log.tail(100)).length > 0);
  stop.abort();
  assert.equal(await following, "seen\n");
});

test("SerialLog never takes more than two files of its limit, and keeps the newest", async () => {
  await using scratch = await scratchFolder();
  await using log = await SerialLog.open({ folder: scratch.path, fileLimitBytes: 4096 });
  for (let line = 0; line < 400; line += 1) {
    log.append(Buffer.from(`this is line ${line}\n`));
    if (line % 10 === 0) await log.tail(1);
  }
  const lines = (await text(log.read(all, never))).trimEnd().split("\n");
  assert.equal(lines.at(-1), "this is line 399");
  assert.ok(lines.length < 400);
  assert.deepEqual((await readdir(scratch.path)).sort(), ["serial.log", "serial.log.1"]);
  for (const name of ["serial.log", "serial.log.1"]) assert.ok((await stat(`${scratch.path}/${name}`)).size <= 4096);
});
