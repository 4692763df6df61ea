import { formatIp, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Effects, Log } from "@peapod/machinery";
import type { Ipam } from "../../ipam/ipam.ts";
import type { Step } from "./plan.ts";

export interface AddressesDeps {
  readonly ipam: Ipam;
  readonly log: Log;
  /** Whether a pod of that VM is on this node, or not taken down yet. */
  readonly isInUse: (owner: { readonly namespace: string; readonly name: string }) => boolean;
}

export function addressEffects({ ipam, log }: AddressesDeps): Effects<Step> {
  return {
    async releaseAddresses({ owner }, { client, signal }) {
      // An address in two guests is worse than one that is kept too long: ask the API itself, not the cache.
      if (await client.find(VirtualMachine, owner, { signal })) return;
      if (await client.find(VirtualMachineInstance, owner, { signal })) return;
      for (const held of ipam.list(owner)) {
        await ipam.release(held.owner);
        log.info("address released", {
          vm: `${owner.namespace}/${owner.name}`,
          pool: held.pool,
          address: formatIp({ family: held.family, value: held.address }),
        });
      }
    },
  };
}
