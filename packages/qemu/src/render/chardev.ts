import { keyValueArgument } from "./argument.ts";

/** A unix socket on which QEMU listens without waiting for a client. `-chardev` has no JSON form. */
export function socketChardev(id: string, path: string): string[] {
  return keyValueArgument("-chardev", "socket", { id, path, server: true, wait: false });
}
