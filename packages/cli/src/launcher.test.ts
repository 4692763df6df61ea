import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

const bin = new URL("../../../bin/", import.meta.url).pathname;
const run = (file: string, ...argv: string[]) => spawnSync(file, argv, { encoding: "utf8" });

test("the launchers run through links, with the name they were called by and the exit code", (t) => {
  const folder = temporaryFolder(t);
  symlinkSync(join(bin, "peapod"), join(folder, "pp"));
  const version = run(join(folder, "pp"), "version", "--client");
  assert.match(version.stdout, /^Client Version: version\.Info\{/);
  const wrong = run(join(folder, "pp"), "start");
  assert.deepEqual([wrong.status, wrong.stderr], [2, "Error: accepts 1 arg(s), received 0\n"]);
  const upstream = run(join(bin, "virtctl"), "start");
  assert.deepEqual([upstream.status, upstream.stderr], [1, "accepts 1 arg(s), received 0\n"]);
});

test("the launchers say what to do where the dependencies are missing", (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "bin"));
  for (const file of ["virtctl", "launch.js", "package.json"]) copyFileSync(join(bin, file), join(folder, "bin", file));
  // An older Node, as a distribution has it; one new enough would do the work itself.
  writeFileSync(join(folder, "old.cjs"), 'Object.defineProperty(process, "versions", { value: { node: "18.19.0" } });');
  const argv = ["--require", join(folder, "old.cjs"), join(folder, "bin", "virtctl"), "version"];
  const { stderr, status } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /^Error: Cannot run virtctl: there is no Node for it in .*\nTry: {3}npm ci --prefix /);
});

function temporaryFolder(t: test.TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "cli-launcher-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
