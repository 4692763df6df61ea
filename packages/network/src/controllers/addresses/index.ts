import { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { type Controller, keyOf, parseKey } from "@peapod/machinery";
import { type AddressesDeps, addressEffects } from "./effects.ts";
import { type Facts, planAddresses, type Step } from "./plan.ts";

export type { AddressesDeps } from "./effects.ts";

/** Gives addresses back when the VM that they belong to is gone, also when it went while nobody looked. */
export function createAddressController(deps: AddressesDeps): Controller<VirtualMachine, Facts, Step> {
  return {
    name: "addresses",
    for: VirtualMachine,
    reads: [VirtualMachineInstance],
    writes: [],
    watches: [{ kind: VirtualMachineInstance, keys: (instance) => [keyOf(instance)] }],
    async wakeUps(wake, signal) {
      for (const { owner } of deps.ipam.list()) wake(`${owner.namespace}/${owner.name}`);
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
    observe(key, { cache }) {
      const { namespace = "", name } = parseKey(key);
      const owner = { namespace, name };
      return {
        owner,
        heldCount: deps.ipam.list(owner).length,
        hasMachine: cache.get(VirtualMachine, owner) !== undefined,
        hasInstance: cache.get(VirtualMachineInstance, owner) !== undefined,
        isInUse: deps.isInUse(owner),
      };
    },
    plan: planAddresses,
    effects: addressEffects(deps),
  };
}
