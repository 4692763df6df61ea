import { readFile } from "node:fs/promises";

/** Our network namespace's links; cheaper than asking `ip`. */
export async function linkNames(): Promise<ReadonlySet<string>> {
  const lines = (await readFile("/proc/self/net/dev", "utf8")).split("\n").slice(2);
  return new Set(lines.map((line) => line.slice(0, line.indexOf(":")).trim()));
}
