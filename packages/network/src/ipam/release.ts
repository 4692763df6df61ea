import type { AllocationChange, AllocationView } from "./allocate.ts";
import type { Allocation, Owner } from "./types.ts";

/** All of an owner, or one interface of it. */
export interface Releasing extends Owner {
  readonly interface?: string | undefined;
}

/** Of what is held, only what that pod holds, or only what is on trial; absent: all. */
export interface ReleaseFilter {
  readonly podUid?: string | undefined;
  readonly onTrial?: true | undefined;
}

/** What an owner gives back, or one interface of it; its MACs go with its last address. */
export function releaseOf(
  owner: Releasing,
  { podUid, onTrial }: ReleaseFilter,
  view: AllocationView,
): { readonly released: readonly Allocation[]; readonly changes: readonly AllocationChange[] } {
  const isMeant = (name: string): boolean => owner.interface === undefined || owner.interface === name;
  const held = view.heldBy(owner).filter(({ owner: nic }) => isMeant(nic.interface));
  const released = held.filter(
    ({ holder, isOnTrial }) => (podUid === undefined || holder.podUid === podUid) && (!onTrial || isOnTrial),
  );
  if (onTrial && released.length === 0) return { released, changes: [] };
  const kept = new Set(held.filter((one) => !released.includes(one)).map(({ owner: nic }) => nic.interface));
  const macs = [...view.macsOf(owner).keys()].filter((name) => isMeant(name) && !kept.has(name));
  return {
    released,
    changes: [
      ...released.map((allocation): AllocationChange => ({ do: "remove", allocation })),
      ...macs.map((name): AllocationChange => ({ do: "removeMac", nic: { ...owner, interface: name } })),
    ],
  };
}
