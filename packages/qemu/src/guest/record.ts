import { open } from "node:fs/promises";
import type { Domain } from "../domain.ts";
import type { ProcessIdentity } from "./process.ts";

/** What has to be written down to find a started guest again. */
export interface GuestRecord {
  readonly formatVersion: 1;
  /** `namespace_name`, for messages. */
  readonly name: string;
  readonly uuid: string;
  readonly process: ProcessIdentity;
  /** Monitor sockets, in the order in which to try them. */
  readonly monitorPaths: readonly string[];
  readonly stderrPath: string;
}

export function guestRecord(domain: Domain, process: ProcessIdentity, stderrPath: string): GuestRecord {
  return {
    formatVersion: 1,
    name: domain.name,
    uuid: domain.uuid,
    process,
    monitorPaths: domain.monitors.map((monitor) => monitor.socketPath),
    stderrPath,
  };
}

/** The end of what QEMU wrote to its stderr, at most 64 KiB; `""` when there is none. */
export async function lastWords(stderrPath: string): Promise<string> {
  try {
    await using file = await open(stderrPath, "r");
    const { size } = await file.stat();
    const from = Math.max(0, size - 64 * 1024);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString("utf8", 0, bytesRead).trim();
  } catch {
    return "";
  }
}
