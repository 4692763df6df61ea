import assert from "node:assert/strict";
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { boundFile, keepFilesBounded } from "./bound-files.ts";

test("boundFile() puts a file that grew too large aside, and its writer goes on in an empty one", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "machinery-bound-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "log");
  const writer = openSync(path, "a");
  writeSync(writer, "old line\n");
  assert.equal(await boundFile(path, 9), false);
  writeSync(writer, "one too many\n");
  assert.equal(await boundFile(path, 9), true);
  writeSync(writer, "new line\n");
  assert.equal(readFileSync(path, "utf8"), "new line\n");
  assert.equal(readFileSync(`${path}.1`, "utf8"), "old line\none too many\n");
  assert.equal(await boundFile(join(folder, "none"), 9), false);
});

test("keepFilesBounded() looks after files until it is told to stop, and goes on after one that it cannot", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "machinery-bound-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "log");
  const writer = openSync(path, "a");
  writeSync(writer, "far too long\n");
  const stop = new AbortController();
  const failed: string[] = [];
  let turns = 0;
  await keepFilesBounded({
    paths: () => {
      turns += 1;
      if (turns === 2) stop.abort();
      return [join(path, "below-a-file"), path];
    },
    maxBytes: 5,
    everyMs: 1,
    signal: stop.signal,
    onError: (which) => failed.push(which),
  });
  assert.equal(readFileSync(path, "utf8"), "");
  assert.deepEqual(failed, [join(path, "below-a-file"), join(path, "below-a-file")]);
});
