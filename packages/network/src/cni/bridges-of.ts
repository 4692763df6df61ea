import type { CniNetwork } from "./types.ts";

/** Bridges that plugins make when they are not there, and never take away. */
export function bridgesOf({ plugins }: Pick<CniNetwork, "plugins">): readonly string[] {
  return plugins.flatMap(({ type, bridge }) => (type === "bridge" && typeof bridge === "string" ? [bridge] : []));
}
