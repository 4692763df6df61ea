import type { Kind } from "@peapod/api";
import { type Column, columnKey } from "./column.ts";
import * as access from "./columns/access.ts";
import * as cluster from "./columns/cluster.ts";
import * as event from "./columns/event.ts";
import * as node from "./columns/node.ts";
import * as pod from "./columns/pod.ts";
import * as service from "./columns/service.ts";
import * as storage from "./columns/storage.ts";

/** The columns of Kubernetes' own kinds, as kubectl's users know them. */
export function builtInColumns(kind: Pick<Kind, "group" | "kind">): readonly Column[] | undefined {
  return byKey.get(columnKey(kind));
}

const byKey: ReadonlyMap<string, readonly Column[]> = new Map(
  [access, cluster, event, node, pod, service, storage]
    .flatMap((file) => Object.values(file))
    .map(({ key, columns }) => [key, columns]),
);
