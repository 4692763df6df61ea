import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { neededLibraries } from "./elf.ts";

test("neededLibraries() reads what a program is linked with, and nothing from a static one", () => {
  assert.ok(neededLibraries(readFileSync(process.execPath)).includes("libc.so.6"));
  assert.deepEqual(neededLibraries(readFileSync("/bin/busybox")), []);
  assert.throws(() => neededLibraries(readFileSync(import.meta.filename)), /not a 64 bit ELF file/);
});
