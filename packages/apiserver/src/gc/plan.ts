import type { OwnerReference } from "@peapod/api";
import type { Plan } from "@peapod/machinery";

/** Owners in the words of the garbage collector. */
export interface OwnerFact {
  readonly reference: OwnerReference;
  /**
   * `solid`: it exists, or nobody can tell. `absent`: it is gone. `waiting`: it is being deleted and waits in the foreground for what
   * depends on it.
   */
  readonly state: "solid" | "absent" | "waiting";
}

export interface DependentFact {
  readonly uid: string;
  /** The owner must not go before it. */
  readonly blocksOwner: boolean;
}

export interface GcFacts {
  readonly uid: string;
  readonly finalizers: readonly string[];
  readonly isBeingDeleted: boolean;
  readonly owners: readonly OwnerFact[];
  readonly dependents: readonly DependentFact[];
}

export type GcStep =
  | { readonly do: "delete"; readonly uid: string; readonly policy: "Background" | "Foreground" | "Orphan" }
  | { readonly do: "dropOwners"; readonly uid: string; readonly owners: readonly string[] }
  | { readonly do: "dropFinalizer"; readonly uid: string; readonly finalizer: string };

export const foreground = "foregroundDeletion";
export const orphan = "orphan";

/** What the garbage collector has to do about one object. */
export function planCollection(facts: GcFacts): Plan<GcStep> {
  return { steps: facts.isBeingDeleted ? planOwner(facts) : planDependent(facts) };
}

/** An object on its way out, whose finalizers say what becomes of its dependents. */
function planOwner({ uid, finalizers, dependents }: GcFacts): readonly GcStep[] {
  if (finalizers.includes(orphan)) {
    const freed = dependents.map((dependent): GcStep => ({ do: "dropOwners", uid: dependent.uid, owners: [uid] }));
    return [...freed, { do: "dropFinalizer", uid, finalizer: orphan }];
  }
  if (!finalizers.includes(foreground)) return [];
  // Dependents are deleted on their own account: they see an owner that waits for them.
  return dependents.some((dependent) => dependent.blocksOwner)
    ? []
    : [{ do: "dropFinalizer", uid, finalizer: foreground }];
}

/** An object lives while one of its owners does. */
function planDependent({ uid, finalizers, owners, dependents }: GcFacts): readonly GcStep[] {
  if (owners.length === 0) return [];
  const gone = owners.filter(({ state }) => state !== "solid");
  if (gone.length === 0) return [];
  if (gone.length < owners.length) {
    return [{ do: "dropOwners", uid, owners: gone.map(({ reference }) => reference.uid) }];
  }
  const isWaitedFor = gone.some(({ state }) => state === "waiting");
  if (isWaitedFor && dependents.length > 0) return [{ do: "delete", uid, policy: "Foreground" }];
  if (finalizers.includes(orphan)) return [{ do: "delete", uid, policy: "Orphan" }];
  return [{ do: "delete", uid, policy: finalizers.includes(foreground) ? "Foreground" : "Background" }];
}
