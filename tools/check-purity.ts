/** What a type-check cannot see: clocks and randomness in files that decide. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const pure = [
  "packages/api/src/**/*.ts",
  "packages/*/src/**/plan.ts",
  "packages/*/src/**/allocate.ts",
  "packages/*/src/**/render/**/*.ts",
];
const forbidden = [
  { pattern: /\bDate\.now\(/, say: "takes the time from a clock; pass now in" },
  { pattern: /\bnew Date\(\)/, say: "takes the time from a clock; pass now in" },
  { pattern: /\bMath\.random\(/, say: "is random; pass random in" },
  { pattern: /from "node:/, say: "touches node:; a file that decides does not" },
  { pattern: /\bprocess\./, say: "touches the process; a file that decides does not" },
];

export function checkPurity(root: string): readonly string[] {
  const files = pure
    .flatMap((glob) => globSync(glob, { cwd: root }))
    .filter((file) => !/\.test\.ts$|\/testing\//.test(file));
  return files.flatMap((file) => {
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    return lines.flatMap((line, index) =>
      forbidden
        .filter(({ pattern }) => pattern.test(withoutComment(line)))
        .map(({ say }) => `${file}:${index + 1}: ${say}`),
    );
  });
}

function withoutComment(line: string): string {
  return /^\s*(\*|\/\/|\/\*)/.test(line) ? "" : line.replace(/\s\/\/ .*$/, "");
}
