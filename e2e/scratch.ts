import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A folder that goes when the test ends. */
export function scratchFolder(t: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "peapod-e2e-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
