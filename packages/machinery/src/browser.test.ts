import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

test("the main export reaches nothing that a browser lacks", () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const visit = (file: URL) => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    const source = readFileSync(file, "utf8");
    for (const [, name = ""] of source.matchAll(/^(?:import|export)\b(?! type)[^;]*?from "([^"]+)"/gms)) {
      if (name.startsWith(".")) visit(new URL(name, file));
      else outside.add(name);
    }
  };
  visit(new URL("./index.ts", import.meta.url));
  assert.ok(seen.size > 30, "it has followed the imports");
  assert.deepEqual([...outside].toSorted(), ["@peapod/api", "js-yaml"]);
});
