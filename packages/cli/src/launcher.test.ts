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

test("commands that touch the machine are asked for help either way", () => {
  const { status, stdout } = run(join(bin, "peapod"), "down", "--help");
  assert.equal(status, 0);
  assert.match(stdout, /peapod down/);
  assert.equal(run(join(bin, "peapod"), "help", "down").stdout, stdout);
});

test("where the dependencies are missing, the launchers take a Node that is new enough, or say what to do", (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["bin", "path"]) mkdirSync(join(folder, name));
  for (const file of ["virtctl", "launch.sh"]) copyFileSync(join(bin, file), join(folder, "bin", file));
  const call = (isNew: boolean) => {
    // As a distribution's: it is asked for its version, or given the program.
    const node = `#!/bin/sh\n[ "$1" = --print ] && echo ${isNew} || echo "$$ ran $*"\n`;
    writeFileSync(join(folder, "path", "node"), node, { mode: 0o755 });
    const env = { PATH: `${join(folder, "path")}:/usr/bin:/bin` };
    return spawnSync(join(folder, "bin", "virtctl"), ["start", "a b"], { encoding: "utf8", env });
  };
  // By its process id the very process that was called.
  const { pid, stdout } = call(true);
  assert.equal(stdout, `${pid} ran ${join(folder, "packages/cli/src/main.ts")} start a b\n`);
  const { stderr, status } = call(false);
  assert.equal(status, 1);
  assert.match(stderr, /^Error: Cannot run virtctl: there is no Node for it in .*\nTry: {3}npm ci --prefix /);
});

function temporaryFolder(t: test.TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "cli-launcher-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
