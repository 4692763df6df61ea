import type { AllocationChange, AllocationView } from "./allocate.ts";
import type { Nic } from "./types.ts";

/** The addresses of an interface that are on trial are its own from now on, and what they replace is free. */
export function proveAddresses(nic: Nic, view: AllocationView): readonly AllocationChange[] {
  const own = view.heldBy(nic).filter(({ owner }) => owner.interface === nic.interface);
  return own.flatMap((one): readonly AllocationChange[] => {
    if (!one.isOnTrial) return [];
    const { isOnTrial: _, ...proven } = one;
    const old = own.filter(({ family, isOnTrial }) => family === one.family && !isOnTrial);
    return [
      ...old.map((allocation) => ({ do: "remove", allocation }) as const),
      { do: "put", allocation: proven } as const,
    ];
  });
}
