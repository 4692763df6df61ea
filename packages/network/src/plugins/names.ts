import { createHash } from "node:crypto";
import { hostNames } from "../render/host-names.ts";

/**
 * The host's end of what a plugin of ours makes for one interface of one pod. It follows from whose it is, so that it is found again
 * without a record, and begins with the instance's prefix, by which an audit finds it: `ppab12cdo1f2e3d`.
 *
 * @param letter  the plugin's own
 */
export function pluginLinkName(instance: string, letter: string, containerId: string, ifName: string): string {
  return `${hostNames(instance).prefix}${letter}${digest(containerId, ifName).slice(0, 6)}`;
}

/** A MAC of local administration that follows from whose it is; explicit, or udev would choose another a moment later. */
export function pluginMac(...whose: readonly string[]): string {
  const bytes =
    digest(...whose)
      .slice(0, 10)
      .match(/../g) ?? [];
  return ["02", ...bytes].join(":");
}

function digest(...words: readonly string[]): string {
  return createHash("sha256").update(words.join("/")).digest("hex");
}
