/** `npm run check`: format and lint, types, purity, imports, documents, generated files; then the sizes, for information. */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkDocs } from "./check-docs.ts";
import { checkImports } from "./check-imports.ts";
import { checkLoads } from "./check-loads.ts";
import { checkPurity } from "./check-purity.ts";
import { staleFiles } from "./generate.ts";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);
let failed = false;

command("format and lint", [bin("biome"), "check", "--error-on-warnings", "."]);
command("types", [bin("tsc"), "-p", "tsconfig.json"]);
command("types without Node", [bin("tsc"), "-p", "tsconfig.pure.json"]);
findings("purity", checkPurity(root));
findings("imports", [...checkImports(root), ...checkLoads(root)]);
findings("documents", checkDocs(root));
findings(
  "generated files",
  (await staleFiles(root)).map((file) => `${file} is stale: npm run generate`),
);
reportSizes();
process.exitCode = failed ? 1 : 0;

function command(what: string, [program = "", ...args]: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  report(what, status === 0 ? [] : [`${stdout}${stderr}`.trim()]);
}

function findings(what: string, found: readonly string[]): void {
  report(what, found);
}

function report(what: string, found: readonly string[]): void {
  console.log(`${found.length === 0 ? "✓" : "✗"} ${what}`);
  for (const line of found) console.log(`  ${line.replaceAll("\n", "\n  ")}`);
  if (found.length > 0) failed = true;
}

/** Informs, never fails: at 300 lines, look for the second idea. */
function reportSizes(): void {
  const sizes = globSync("packages/*/src/**/*.ts", { cwd: root })
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length }))
    .sort((a, b) => a.lines - b.lines);
  const at = (share: number): number => sizes[Math.floor((sizes.length - 1) * share)]?.lines ?? 0;
  console.log(`  ${sizes.length} files, median ${at(0.5)} lines, 95 % within ${at(0.95)}; the longest:`);
  for (const { file, lines } of sizes.slice(-5).reverse()) console.log(`  ${String(lines).padStart(5)} ${file}`);
}
