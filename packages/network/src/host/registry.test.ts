import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { changeMachineState } from "./registry.ts";

test("changeMachineState() keeps what was changed, and goes with its last claim", (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "machine.json");
  changeMachineState(path, (state) => [{ ...state, originals: { a: "1" } }, undefined]);
  assert.equal(
    changeMachineState(path, (state) => [state, state.originals["a"]]),
    "1",
  );
  changeMachineState(path, () => [{ claims: [], originals: {} }, undefined]);
  assert.deepEqual(readdirSync(folder), []);
});

test("changeMachineState() leaves the state as it was when the change throws", (t) => {
  const path = join(temporaryFolder(t), "machine.json");
  changeMachineState(path, (state) => [{ ...state, originals: { a: "1" } }, undefined]);
  assert.throws(() =>
    changeMachineState(path, () => {
      throw new Error("no");
    }),
  );
  assert.deepEqual(
    changeMachineState(path, (state) => [state, state.originals]),
    { a: "1" },
  );
});

test("changeMachineState() loses no change when several processes make and remove the file at once", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "machine.json");
  const script = `
    import { changeMachineState } from ${JSON.stringify(new URL("./registry.ts", import.meta.url).href)};
    const [path, me] = process.argv.slice(1);
    for (let n = 0; n < 100; n += 1) {
      changeMachineState(path, ({ originals }) => {
        if (originals[me] !== undefined) throw new Error("mine is there already");
        return [{ claims: [], originals: { ...originals, [me]: String(n) } }, undefined];
      });
      changeMachineState(path, ({ originals: { [me]: mine, ...others } }) => {
        if (mine !== String(n)) throw new Error("mine was lost");
        return [{ claims: [], originals: others }, undefined];
      });
    }`;
  const codes = await Promise.all(
    ["a", "b", "c", "d"].map((me) => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script, path, me], { stdio: "inherit" });
      return new Promise((resolve) => child.on("close", resolve));
    }),
  );
  assert.deepEqual(codes, [0, 0, 0, 0]);
  assert.equal(existsSync(path), false);
});

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-registry-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
