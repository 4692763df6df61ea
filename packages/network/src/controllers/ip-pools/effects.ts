import { SpiderIPPool, spiderpoolFinalizer } from "@peapod/api";
import { type Effects, InvalidSpecError, isNotFound } from "@peapod/machinery";
import type { Ipam } from "../../ipam/ipam.ts";
import type { PoolDefinition } from "../../ipam/types.ts";
import type { Step } from "./plan.ts";

/** What is remembered of pools from one look to the next, by name; nothing is lost when it is. */
export interface PoolMemory {
  readonly publishedAt: Map<string, number>;
  readonly saidOfHolders: Map<string, string>;
  readonly saidOfStraysIn: Map<string, PoolDefinition>;
}

export function poolEffects(ipam: Ipam, { publishedAt, saidOfHolders, saidOfStraysIn }: PoolMemory): Effects<Step> {
  return {
    async putPool({ definition }) {
      try {
        await ipam.putPool(definition);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new InvalidSpecError(error.message, {
          path: "spec",
          advice: "Correct the pool; until then nothing is taken from it",
        });
      }
    },
    async forgetPool({ name }) {
      if (!(await ipam.removePool(name))) throw new Error(`Cannot forget pool "${name}": it is held again`);
      publishedAt.delete(name);
      saidOfHolders.delete(name);
      saidOfStraysIn.delete(name);
    },
    async nameHolders({ pool, message }, { events }) {
      saidOfHolders.set(pool.metadata.name ?? "", message);
      events.record(pool, { type: "Warning", reason: "IPPoolInUse", message });
    },
    async nameStrays({ pool, definition, message }, { events }) {
      saidOfStraysIn.set(definition.name, definition);
      events.record(pool, { type: "Warning", reason: "IPPoolAddressInUse", message });
    },
    async removeFinalizer({ pool }, { client, signal }) {
      const finalizers = pool.metadata.finalizers?.filter((one) => one !== spiderpoolFinalizer);
      await client.update(SpiderIPPool, { ...pool, metadata: { ...pool.metadata, finalizers } }, { signal });
    },
    async publishStatus({ pool, status }, { client, signal, now }) {
      try {
        await client.updateStatus(SpiderIPPool, { ...pool, status }, { signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      publishedAt.set(pool.metadata.name ?? "", now().getTime());
    },
  };
}
