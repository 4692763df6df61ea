import { readLinks } from "@peapod/network";

/** Names of the node's own links, to be compared with what they were. */
export function nodeLinkNames(): string {
  return [...(readLinks("self")?.keys() ?? [])].sort().join();
}
