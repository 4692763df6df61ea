import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { spaceTaken } from "./space-taken.ts";

test("spaceTaken() counts a file once whatever its names, no holes, and nothing beyond links", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "peapod-space-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const empty = spaceTaken(folder);
  mkdirSync(join(folder, "inside"));
  const withFolder = spaceTaken(folder);
  const file = join(folder, "inside/file");
  writeFileSync(file, Buffer.alloc(1_000_000, 1));
  const once = spaceTaken(folder);
  assert.ok(once - withFolder >= 1_000_000 && once - withFolder < 1_200_000, `${once - withFolder}`);
  linkSync(file, join(folder, "again"));
  symlinkSync("/", join(folder, "away"));
  writeFileSync(join(folder, "hole"), "");
  truncateSync(join(folder, "hole"), 10_000_000_000);
  assert.ok(spaceTaken(folder) - once < 100_000);
  assert.ok(withFolder >= empty);
  assert.equal(spaceTaken(join(folder, "nothing")), 0);
});
