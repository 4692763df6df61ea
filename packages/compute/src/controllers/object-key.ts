import type { KubeObject } from "@peapod/api";
import type { ObjectKey } from "@peapod/machinery";

/** How the client is asked for an object. */
export function objectKey({ metadata }: Pick<KubeObject, "metadata">): ObjectKey {
  return { namespace: metadata.namespace, name: metadata.name ?? "" };
}
