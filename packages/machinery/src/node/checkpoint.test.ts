import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { defineCheckpoints, listCheckpoints, reached } from "../checkpoint/checkpoint.ts";

test("reached() kills the process at the armed name and nowhere else", () => {
  const script = `
    import { reached, setDieAfter } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    import { writeSync } from "node:fs";
    setDieAfter("b/two");
    reached("a/one"); writeSync(1, "past one\\n");
    reached("b/two"); writeSync(1, "past two\\n");
  `;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(child.stdout, "past one\n");
  assert.equal(child.signal, "SIGKILL");
});

test("reached() does nothing when unarmed, and listCheckpoints() enumerates what was defined", () => {
  const names = defineCheckpoints(["test/b", "test/a"]);
  reached(names[0]);
  assert.deepEqual(
    listCheckpoints().filter((name) => name.startsWith("test/")),
    ["test/a", "test/b"],
  );
});
