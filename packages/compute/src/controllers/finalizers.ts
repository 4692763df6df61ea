import type { KubeObject } from "@peapod/api";

export interface FinalizersPatch {
  readonly metadata: Pick<KubeObject["metadata"], "uid" | "resourceVersion" | "finalizers">;
}

/** A merge patch that adds a finalizer of ours; a conflict if anybody changed the object meanwhile, for the list is one value. */
export function addFinalizerPatch(object: KubeObject, finalizer: string): FinalizersPatch {
  return patchOf(object, [...(object.metadata.finalizers ?? []), finalizer]);
}

/** As above, taking one away. */
export function removeFinalizerPatch(object: KubeObject, finalizer: string): FinalizersPatch {
  const left = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  return patchOf(object, left);
}

function patchOf({ metadata: { uid, resourceVersion } }: KubeObject, finalizers: readonly string[]): FinalizersPatch {
  return { metadata: { uid, resourceVersion, finalizers } };
}
