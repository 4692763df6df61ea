import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { checkDocs } from "./check-docs.ts";

test("checkDocs() accepts paths, patterns and links that lead somewhere", (t) => {
  const root = tree(t, {
    "packages/api/src/kind.ts": "",
    "packages/qemu/src/kind.ts": "",
    "docs/README.md": "[the map](map.md#the-houses-rooms), [home](../README.md), [upstream](https://kubevirt.io)",
    "docs/map.md": "# The house's rooms\n`packages/api/src/kind.ts` `packages/{api,qemu}/src/*.ts` `docs/<page>.md`\n",
    "README.md": "```sh\nnode docs/map.md\n```\n`kubectl apply -f packages/api` and `NAME/x`\n",
  });
  assert.deepEqual(checkDocs(root), []);
});

test("checkDocs() names every path that is not there, in text and in examples, with its line", (t) => {
  const root = tree(t, {
    "packages/api/src/kind.ts": "",
    "README.md": "`packages/{api,qemu}/src/kind.ts`\n\n```sh\nkubectl apply -f examples/gone.yaml\n```\n",
  });
  assert.deepEqual(checkDocs(root), [
    "README.md:1: there is no packages/{api,qemu}/src/kind.ts",
    "README.md:4: there is no examples/gone.yaml",
  ]);
});

test("checkDocs() names links to files and headings that are not there, and pages that the index forgot", (t) => {
  const root = tree(t, {
    "docs/README.md": "[a](a.md#nothing)\n[gone](gone.md)\n",
    "docs/a.md": "# Something\n",
    "docs/b.md": "",
  });
  assert.deepEqual(checkDocs(root), [
    "docs/README.md:1: the link a.md#nothing leads nowhere",
    "docs/README.md:2: the link gone.md leads nowhere",
    "docs/README.md: does not link docs/b.md",
  ]);
});

function tree(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "peapod-docs-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
