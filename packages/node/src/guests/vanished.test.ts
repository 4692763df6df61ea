import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "@peapod/machinery/testing";
import { endOfVanished } from "./vanished.ts";

const now = at("12:00:00");
const lastWords = "qemu-system-x86_64: assertion failed";

test("endOfVanished() repeats QEMU's last words, or says that there were none", () => {
  const end = endOfVanished({ state: "vanished", lastWords }, now);
  assert.deepEqual([end.failed, end.reason], [true, "Crashed"]);
  assert.match(end.message, /with these last words: qemu-system-x86_64: assertion failed$/);
  assert.match(endOfVanished({ state: "vanished", lastWords: "" }, now).message, /without a word/);
});

test("endOfVanished() believes the last that was heard of its machine", () => {
  const heard = (shutdown: { guest: boolean; reason: string }) =>
    endOfVanished({ status: "vanished", lastWords, shutdown }, now);
  assert.deepEqual([heard({ guest: true, reason: "guest-shutdown" }).failed], [false]);
  assert.match(heard({ guest: false, reason: "host-signal" }).message, /somebody on the machine \(host-signal\)/);
});

test("endOfVanished() knows a restarted machine", () => {
  assert.equal(endOfVanished({ state: "rebooted" }, now).reason, "NodeReboot");
});
