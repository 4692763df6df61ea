import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { checkLoads } from "./check-loads.ts";

test("checkLoads() follows values through rooms and their parts, to what must not be loaded", (t) => {
  const root = tree(t, {
    "packages/one/src/up.ts": 'import { a } from "./a.ts";\nimport type { T } from "@peapod/two";\n',
    "packages/one/src/a.ts": 'export { b } from "@peapod/two/part";\n',
    "packages/two/package.json": '{ "exports": { ".": "./src/index.ts", "./part": "./src/part.ts" } }',
    "packages/two/src/part.ts": 'import { type T, index } from "./index.ts";\n',
    "packages/two/src/index.ts": 'import "./up.ts";\n',
  });
  const [finding, ...others] = checkLoads(root, "packages/one/src/up.ts", ["packages/two/src/index.ts"]);
  assert.match(
    finding ?? "",
    /^packages\/one\/src\/up\.ts → packages\/one\/src\/a\.ts → packages\/two\/src\/part\.ts → packages\/two\/src\/index\.ts: loads /,
  );
  assert.deepEqual(others, []);
});

test("checkLoads() lets types and what is imported when it is used pass", (t) => {
  const root = tree(t, {
    "packages/one/src/up.ts": [
      'import type { T } from "../../two/src/index.ts";',
      'import { type U, type V } from "../../two/src/index.ts";',
      'const later = () => import("../../two/src/index.ts");',
      '// import { a } from "../../two/src/index.ts";',
    ].join("\n"),
    "packages/two/src/index.ts": "",
  });
  assert.deepEqual(checkLoads(root, "packages/one/src/up.ts", ["packages/two/src/index.ts"]), []);
});

function tree(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "peapod-loads-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}
