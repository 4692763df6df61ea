import type { Sandbox } from "./types.ts";

/** The sandbox's cgroup, relative to each hierarchy's root. */
export function limitName(sandbox: Pick<Sandbox, "instance" | "number">): string {
  return `peapod/${sandbox.instance}/${sandbox.number}`;
}
