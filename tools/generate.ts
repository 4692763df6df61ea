/** `npm run generate`: files that follow from the code. `npm run check` fails where one is stale. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Path from the root → contents. */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const { refreshFieldTables } = await import("@peapod/api");
  const { renderStatusWriters } = await import("@peapod/compute");
  const { renderNotYet } = await import("./render-not-yet.ts");
  const { renderControllers } = await import("./render-controllers.ts");
  const kinds = globSync("docs/kinds/*.md", { cwd: root }).sort();
  return new Map([
    ...kinds.map((path) => [path, refreshFieldTables(readOrEmpty(join(root, path)))] as const),
    ["docs/status-writers.md", renderStatusWriters()],
    ["docs/controllers.md", renderControllers()],
    ["docs/not-yet.md", renderNotYet()],
  ]);
}

export async function staleFiles(root: string): Promise<readonly string[]> {
  const files = await generatedFiles(root);
  return [...files].filter(([path, text]) => readOrEmpty(join(root, path)) !== text).map(([path]) => path);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  for (const [path, text] of await generatedFiles(root)) {
    if (readOrEmpty(join(root, path)) === text) continue;
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
