import { formatIp, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Effects, Log } from "@peapod/machinery";
import type { Ipam } from "../../ipam/ipam.ts";
import type { Allocation, Owner } from "../../ipam/types.ts";
import type { Step } from "./plan.ts";

export interface AddressesDeps {
  readonly ipam: Ipam;
  readonly log: Log;
  /** Whether a pod of that owner is on this node, or not taken down yet. */
  readonly isInUse: (owner: Owner) => boolean;
  /** The interfaces of that owner's pod, as CNI left them. */
  readonly interfacesOf: (owner: Owner) => readonly UsedInterface[];
  /** Owners of pods on this node. */
  readonly present: () => readonly Owner[];
  readonly settings: {
    readonly enableKubevirtStaticIP: () => boolean;
    readonly onChange: (listener: () => void) => Disposable;
  };
}

export interface UsedInterface {
  readonly name: string;
  /** `10.244.0.5/24` */
  readonly addresses: readonly string[];
  readonly holder: Allocation["holder"];
}

export function addressEffects({ ipam, log, isInUse }: AddressesDeps): Effects<Step> {
  return {
    async releaseAddresses({ owner, evenOfMachine }, { client, signal }) {
      // An address in two guests is worse than one that is kept too long: ask the API itself, not the cache.
      if (!evenOfMachine && (await client.find(VirtualMachine, owner, { signal }))) return;
      if (!evenOfMachine && (await client.find(VirtualMachineInstance, owner, { signal }))) return;
      // A new VM of that name may have come meanwhile: whoever asks for addresses has a place on this node before.
      if (isInUse(owner)) throw new Error("Cannot release addresses: their owner is back");
      for (const held of await ipam.release(owner)) {
        log.info("address released", {
          vm: `${owner.namespace}/${owner.name}`,
          pool: held.pool,
          address: formatIp({ family: held.family, value: held.address }),
        });
      }
    },
    async releaseTrials({ owner }) {
      // A new pod of it may be about to prove them: whoever asks for addresses has a place on this node before.
      if (!isInUse(owner)) await ipam.release(owner, { onTrial: true });
    },
    async recordAddress({ allocation }) {
      const { owner, pool, family, address } = allocation;
      const fields = { vm: `${owner.namespace}/${owner.name}`, pool, address: formatIp({ family, value: address }) };
      if (await ipam.adopt(allocation)) log.warn("address of a running pod was in no record", fields);
      else log.error("address of a running pod is somebody else's", fields);
    },
  };
}
