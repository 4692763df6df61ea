import { run } from "@peapod/machinery/node";
import type { StandInKind } from "../binding/types.ts";

/** Finds out, in a namespace that lives for the question only, what this kernel can make. Ask once. */
export async function probeStandIn(signal?: AbortSignal): Promise<StandInKind> {
  try {
    await run(["unshare", "--net", "ip", "link", "add", "probe", "type", "dummy"], { signal, timeoutMs: 20_000 });
    return "dummy";
  } catch {
    signal?.throwIfAborted();
    return "veth";
  }
}
