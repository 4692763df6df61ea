import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { run } from "@peapod/machinery/node";

/** Where the guest has its programs. */
export const library = join(import.meta.dirname, "../root/usr/lib/cloud");

/** Runs the guest's awk, which is the same mawk, on files of these contents. */
export async function awk(
  t: Pick<TestContext, "after">,
  programs: readonly string[],
  inputs: readonly string[],
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "peapod-awk-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = inputs.map((content, index) => {
    const file = join(folder, String(index));
    writeFileSync(file, content);
    return file;
  });
  const flags = programs.flatMap((program) => ["-f", program.startsWith("/") ? program : join(library, program)]);
  return (await run(["mawk", ...flags, ...files], { maxOutputBytes: 2 ** 20 })).stdout;
}
