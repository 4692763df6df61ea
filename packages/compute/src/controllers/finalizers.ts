import type { KubeObject } from "@peapod/api";
import type { JsonPatchOperation } from "@peapod/machinery";

/** A JSON patch that adds a finalizer of ours, and fails if others changed the list meanwhile. */
export function addFinalizerPatch(object: KubeObject, finalizer: string): readonly JsonPatchOperation[] {
  const before = object.metadata.finalizers;
  return [guard(object), { op: "add", path: "/metadata/finalizers", value: [...(before ?? []), finalizer] }];
}

/** As above, taking one away. */
export function removeFinalizerPatch(object: KubeObject, finalizer: string): readonly JsonPatchOperation[] {
  const left = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  return [guard(object), { op: "replace", path: "/metadata/finalizers", value: left }];
}

/** The list itself where there is one, so that a change elsewhere in the object does not matter; else the whole object. */
function guard({ metadata }: KubeObject): JsonPatchOperation {
  return metadata.finalizers
    ? { op: "test", path: "/metadata/finalizers", value: metadata.finalizers }
    : { op: "test", path: "/metadata/resourceVersion", value: metadata.resourceVersion };
}
