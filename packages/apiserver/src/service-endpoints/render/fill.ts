import type { Endpoint, EndpointSlice } from "@peapod/api";
import type { EndpointGroup } from "./groups.ts";
import { maxEndpoints } from "./slice.ts";

/** A slice as it is to be; without a present one it is to be made. */
export interface Filled {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: readonly Endpoint[];
}

/**
 * Puts a group's endpoints into slices: each stays where it is, new ones go where there is room. Slices that would be empty are left
 * out, unless there is nothing to say at all.
 */
export function fillSlices({ endpoints }: EndpointGroup, slices: readonly EndpointSlice[]): readonly Filled[] {
  const waiting = new Map(endpoints.map((endpoint) => [keyOf(endpoint), endpoint]));
  const filled = slices.map((slice) => {
    const kept: Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const next = waiting.get(keyOf(endpoint));
      if (!next || kept.length === maxEndpoints) continue;
      kept.push(next);
      waiting.delete(keyOf(endpoint));
    }
    return { slice, endpoints: kept };
  });
  const rest = [...waiting.values()];
  for (const { endpoints: kept } of filled) kept.push(...rest.splice(0, maxEndpoints - kept.length));
  const result: Filled[] = filled.filter(({ endpoints: kept }) => kept.length > 0);
  while (rest.length > 0) result.push({ slice: undefined, endpoints: rest.splice(0, maxEndpoints) });
  return result.length > 0 ? result : [{ slice: slices[0], endpoints: [] }];
}

/** An address that another pod has got is another endpoint. */
function keyOf({ addresses, targetRef }: Endpoint): string {
  return `${addresses[0]} ${targetRef?.uid ?? ""}`;
}
