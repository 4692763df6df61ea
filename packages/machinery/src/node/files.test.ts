import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { readJsonFile, writeFileDurably } from "./files.ts";

test("writeFileDurably() replaces a file, sets its mode and leaves nothing else", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "a.json");
  await writeFileDurably(path, "old");
  await writeFileDurably(path, "new", { mode: 0o644 });
  assert.equal(readFileSync(path, "utf8"), "new");
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(folder), ["a.json"]);
});

test("writeFileDurably() leaves the old file and no temporary one when it fails", async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(writeFileDurably(folder, "x"), { code: "EISDIR" });
  assert.deepEqual(
    readdirSync(join(folder, "..")).filter((name) => name.includes(".tmp") && name.includes("machinery-files")),
    [],
  );
});

test("readJsonFile() gives the content, undefined where there is none, and names a file that is no JSON", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "good"), '{"a":1}');
  writeFileSync(join(folder, "bad"), '{"a":');
  assert.deepEqual(await readJsonFile(join(folder, "good")), { a: 1 });
  assert.equal(await readJsonFile(join(folder, "none")), undefined);
  await assert.rejects(readJsonFile(join(folder, "bad")), {
    message: `Cannot read "${join(folder, "bad")}": it is not JSON`,
  });
});

function temporaryFolder(t: test.TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "machinery-files-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
