import { rm, statfs } from "node:fs/promises";
import { run } from "@peapod/machinery/node";
import { addPodNamespace } from "@peapod/network";

/** Idempotent. Its loopback device is still down: attaching networks raises it. */
export async function ensureNetns(path: string, signal: AbortSignal): Promise<void> {
  if (await isNetns(path)) return;
  await rm(path, { force: true }); // a name that was made and never mounted on
  await addPodNamespace(nameOf(path), signal);
}

/** Idempotent; takes no signal, for what is torn down is torn down to the end. */
export async function removeNetns(path: string): Promise<void> {
  if (await isNetns(path)) await run(["ip", "netns", "delete", nameOf(path)], { timeoutMs: 20_000 });
  await rm(path, { force: true });
}

/** The file system of namespaces (NSFS_MAGIC): a name alone is no namespace. */
const namespaceFileSystem = 0x6e736673;

export async function isNetns(path: string): Promise<boolean> {
  return await statfs(path).then(
    ({ type }) => type === namespaceFileSystem,
    () => false,
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
