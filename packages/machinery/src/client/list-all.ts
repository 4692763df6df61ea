import type { Kind, KubeObject } from "@peapod/api";
import type { Client, ListOptions, ObjectList } from "./types.ts";

/**
 * Reads a whole list, page by page.
 *
 * @returns items of one consistent version, which is where a watch may go on from
 * @throws {ApiError} Expired when the pages outlived what the server keeps: start again
 */
export async function listAll<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  options: Omit<ListOptions, "continue"> = {},
): Promise<Omit<ObjectList<T>, "continue">> {
  const { resourceVersion: _, ...rest } = options; // a continue token carries its own
  const limit = options.limit ?? 500;
  let page = await client.list(kind, { ...options, limit });
  const items = [...page.items];
  while (page.continue) {
    page = await client.list(kind, { ...rest, limit, continue: page.continue });
    items.push(...page.items);
  }
  return { items, resourceVersion: page.resourceVersion };
}
