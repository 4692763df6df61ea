import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "@peapod/machinery/node";
import { writeCpio } from "./cpio.ts";

test("writeCpio() writes an archive that others can read", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "peapod-cpio-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "archive");
  writeFileSync(
    file,
    writeCpio([
      { type: "folder", path: "bin" },
      { type: "file", path: "bin/odd", content: Buffer.from("12345"), executable: true },
      { type: "link", path: "bin/sh", target: "odd" },
    ]),
  );
  await run(["busybox", "cpio", "-i", "-F", file], { cwd: folder });
  const { stdout } = await run(["ls", "-l", join(folder, "bin")]);
  assert.match(stdout, /-rwxr-xr-x.* 5 .* odd\n.* sh -> odd/);
  assert.equal(readFileSync(join(folder, "bin/sh"), "utf8"), "12345");
});
