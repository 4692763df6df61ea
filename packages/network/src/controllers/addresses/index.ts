import { setTimeout as delay } from "node:timers/promises";
import { isInRanges, parseIpWithPrefix, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { type Controller, keyOf, parseKey } from "@peapod/machinery";
import type { Ipam } from "../../ipam/ipam.ts";
import { type Owner, ownerKey } from "../../ipam/types.ts";
import { type AddressesDeps, addressEffects, type UsedInterface } from "./effects.ts";
import { type Facts, planAddresses, type Step } from "./plan.ts";

export type { AddressesDeps, UsedInterface } from "./effects.ts";

/** Everybody is looked at so often, whatever the watches said. */
const scanEveryMs = 600_000;

/** Gives addresses back when the VM that they belong to is gone, also when it went while nobody looked. */
export function createAddressController(deps: AddressesDeps): Controller<VirtualMachine, Facts, Step> {
  return {
    name: "addresses",
    for: VirtualMachine,
    reads: [VirtualMachineInstance],
    writes: [],
    watches: [{ kind: VirtualMachineInstance, keys: (instance) => [keyOf(instance)] }],
    async wakeUps(wake, signal) {
      const wakeAll = (): void => {
        for (const owner of [...deps.ipam.owners(), ...deps.present()]) wake(ownerKey(owner));
      };
      using _ = deps.settings.onChange(wakeAll);
      while (!signal.aborted) {
        wakeAll();
        await delay(scanEveryMs, undefined, { signal }).catch(() => {});
      }
    },
    observe(key, { cache }) {
      const owner = ownerOfKey(key);
      return {
        owner,
        hasTrials: deps.ipam.list({ owner }).some(({ isOnTrial }) => isOnTrial),
        isKnown: deps.ipam.list({ owner }).length > 0 || deps.ipam.macsOf(owner).size > 0,
        hasMachine: cache.get(VirtualMachine, owner) !== undefined,
        hasInstance: cache.get(VirtualMachineInstance, owner) !== undefined,
        isInUse: deps.isInUse(owner),
        areKept: deps.settings.enableKubevirtStaticIP(),
        unrecorded: deps.interfacesOf(owner).flatMap((one) => unrecorded(deps.ipam, owner, one)),
      };
    },
    plan: planAddresses,
    effects: addressEffects(deps),
  };
}

/** `default/web`, or `default/pod:web` */
function ownerOfKey(key: string): Owner {
  const { namespace = "", name } = parseKey(key);
  return name.startsWith("pod:")
    ? { kind: "pod", namespace, name: name.slice("pod:".length) }
    : { kind: "vm", namespace, name };
}

/** Addresses that are of one of our pools, and of which nobody knows that they are held. */
function unrecorded(ipam: Ipam, owner: Owner, { name, addresses, holder }: UsedInterface): Facts["unrecorded"] {
  return addresses.flatMap((text) => {
    const { family, value } = parseIpWithPrefix(text).ip;
    const holderNow = ipam.at(family, value);
    const isOther = ipam
      .list({ owner })
      .some((held) => held.owner.interface === name && held.family === family && held.address !== value);
    const use = ipam.pools().find(({ pool }) => pool.subnet.family === family && isInRanges(pool.usable, value));
    if (holderNow || isOther || !use) return [];
    return [{ pool: use.pool.name, family, address: value, owner: { ...owner, interface: name }, holder }];
  });
}
