import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { run } from "@peapod/machinery/node";

/** Changes with every boot: what lived in memory under another one is gone. */
export function readBootId(path = "/proc/sys/kernel/random/boot_id"): string {
  return readFileSync(path, "utf8").trim();
}

/** Idempotent. The loopback device is up, and bridges in it do not call iptables (hairpins would break). */
export async function ensureNetns(path: string, signal: AbortSignal): Promise<void> {
  const name = nameOf(path);
  await mkdir("/run/netns", { recursive: true });
  if (!existsSync(path)) await run(["ip", "netns", "add", name], { signal });
  await run(["ip", "-n", name, "link", "set", "lo", "up"], { signal });
}

/** Idempotent; takes no signal, for what is torn down is torn down to the end. */
export async function removeNetns(path: string): Promise<void> {
  if (!existsSync(path)) return;
  await run(["ip", "netns", "delete", nameOf(path)], { timeoutMs: 10_000 });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
