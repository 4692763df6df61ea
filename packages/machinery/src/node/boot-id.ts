import { readFileSync } from "node:fs";

/** Changes with every boot: what lived in memory under another one is gone. */
export function readBootId(path = "/proc/sys/kernel/random/boot_id"): string {
  return readFileSync(path, "utf8").trim();
}
