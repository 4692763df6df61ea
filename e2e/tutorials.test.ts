/** Tutorials do what they say: their commands are run in order, as one shell session, from a checkout. */
import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { execute, guestImage, root } from "./harness.ts";

for (const file of globSync("docs/tutorials/*.md", { cwd: root }).sort()) {
  test(`the commands of ${file} lead where it says`, async (t) => {
    assert.equal(process.env["PEAPOD_TEST_NAMESPACES"], "own", `npm test e2e/${basename(import.meta.filename)}`);
    const dataDir = mkdtempSync("/var/tmp/peapod-e2e-");
    const env = { ...process.env, PEAPOD_DATA_DIR: dataDir, HOME: dataDir };
    t.after(async () => {
      await execute(join(root, "bin/peapod"), ["down"], env);
      rmSync(dataDir, { recursive: true, force: true });
    });
    const page = readFileSync(join(root, file), "utf8");
    const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
      .map(([, block = ""]) => block)
      .join("\n")
      // The packages for it come over the network, which these namespaces have none of: npm test built it before.
      .replace("npx peapod guest-image guest.qcow2", "true")
      .replaceAll(" guest.qcow2", ` ${guestImage()}`);
    const outcome = await execute("bash", ["-c", `set -e\n${commands}`], env);
    assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout);
    const said = outcome.stdout;
    for (const [, name] of page.matchAll(/kubectl wait vm\/(\S+)/g))
      assert.match(said, new RegExp(`Hello from ${name}`));
  });
}
