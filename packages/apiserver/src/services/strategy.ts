import { builtInStrategy, type Reservation, type Strategy } from "../kinds/strategy.ts";
import type { StoredObject } from "../store/entry.ts";
import { allocateService, claimsOf, type Ranges } from "./allocate.ts";
import type { ServiceAllocations } from "./allocations.ts";
import { prepareNextSpec, prepareSpec } from "./prepare.ts";
import { type Spec, specOf } from "./spec.ts";
import { validateService } from "./validate.ts";

/** Services have addresses and ports of their own, which are theirs from the write that makes them to the one that removes them. */
export function serviceStrategy(allocations: ServiceAllocations, ranges: Ranges): Strategy {
  return {
    ...builtInStrategy,
    createsOnUpdate: true,
    answersDeletedObject: true,
    prepareCreate: (object) => ({ ...withSpec(object, prepareSpec), status: { loadBalancer: {} } }),
    prepareUpdate: (object, old, { subresource }) => {
      const before = specOf(old);
      if (subresource !== undefined || !before) return object;
      return withSpec(object, (spec) => prepareNextSpec(spec, before));
    },
    reserve: (object, { random }): Reservation => {
      const spec = specOf(object);
      if (!spec) return { object, problems: [], release: () => {} };
      const owner = `${object.metadata.namespace}/${object.metadata.name}`;
      const { holders } = allocations;
      const { spec: allocated, problems } = allocateService(spec, { owner, ranges, holders, random });
      if (problems.length > 0) return { object, problems, release: () => {} };
      return {
        object: allocated === spec ? object : { ...object, spec: allocated },
        problems,
        release: allocations.hold(owner, claimsOf(allocated)),
      };
    },
    validate: (object, old) => {
      const spec = specOf(object);
      return spec ? validateService(spec, specOf(old)) : [];
    },
  };
}

function withSpec(object: StoredObject, change: (spec: Spec) => Spec): StoredObject {
  const spec = specOf(object);
  return spec ? { ...object, spec: change(spec) } : object;
}
