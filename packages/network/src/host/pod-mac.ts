import { run } from "@peapod/machinery/node";
import type { CniNetwork, CniResult } from "../cni/types.ts";

/** Which MACs a pod's interfaces had in earlier lives of their owner. */
export interface PodMacs {
  /** Undefined: that interface is new. */
  readonly recall: (ifName: string) => string | undefined | Promise<string | undefined>;
  readonly remember: (ifName: string, mac: string) => Promise<void>;
}

/**
 * Gives an interface the MAC that it should have where the plugin that made it took no notice of it, which many do.
 *
 * @returns the result with that MAC, for the plugins that follow
 */
export async function settleMac(
  result: CniResult,
  place: { readonly netnsPath: string; readonly ifName: string },
  wanted: string | undefined,
  signal: AbortSignal | undefined,
): Promise<CniResult> {
  const { netnsPath, ifName } = place;
  const made = result.interfaces.find(({ name, sandbox }) => name === ifName && sandbox !== undefined);
  if (wanted === undefined || made === undefined || made.mac?.toLowerCase() === wanted) return result;
  const argv = ["nsenter", `--net=${netnsPath}`, "ip", "link", "set", "dev", ifName, "address", wanted];
  await run(argv, { signal, timeoutMs: 20_000 });
  return { ...result, interfaces: result.interfaces.map((one) => (one === made ? { ...one, mac: wanted } : one)) };
}

/** All interfaces of an ipvlan have their parent's MAC, and take no other. */
export function sharesMac({ plugins }: CniNetwork): boolean {
  return plugins.some(({ type }) => type === "ipvlan");
}
