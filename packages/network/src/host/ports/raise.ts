import { applyBatch } from "../../link/namespace.ts";

/** Sets a link of the node up. */
export async function raiseLink(name: string, signal?: AbortSignal): Promise<void> {
  await applyBatch(undefined, { raise: [`link set dev ${name} up`] }, signal);
}
