import { type KubeObject, KubeVirt, Pod, VirtualMachineInstance } from "@peapod/api";
import { kubevirtKey, type SmbiosConfig } from "@peapod/compute";
import { type Cache, type Controller, parseKey } from "@peapod/machinery";
import { isNetns } from "../sandbox/netns.ts";
import type { SandboxStore } from "../sandbox/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { type GuestEffectsDeps, guestEffects, type MadeThings } from "./effects.ts";
import { planGuest } from "./plan.ts";
import type { Facts, Step } from "./types.ts";

export { type GuestControl, openGuestControl } from "./control.ts";
export { GuestKeeper, type KeeperOptions } from "./keeper.ts";
export { type PoweredDown, powerDownAll } from "./power-down-all.ts";

export interface GuestsDeps extends Omit<GuestEffectsDeps, "smbios"> {
  readonly nodeName: string;
  readonly bootId: string;
  readonly sandboxes: SandboxStore;
}

/** The virt-handler's role for this node's guests: from a standing sandbox to a running guest, and back. */
export function createGuestsController(deps: GuestsDeps): Controller<VirtualMachineInstance, Facts, Step> {
  const { keeper, sandboxes } = deps;
  let smbios: SmbiosConfig | undefined;
  const made: MadeThings = { ready: new Map(), disks: new Map(), triedIn: new Map() };
  return {
    name: "guests",
    for: VirtualMachineInstance,
    reads: [Pod, KubeVirt],
    writes: [{ kind: VirtualMachineInstance, verbs: ["patch"] }],
    fieldSelectors: [{ kind: Pod, selector: `spec.nodeName=${deps.nodeName}` }],
    watches: [{ kind: Pod, keys: (pod) => instanceKeysOf(pod) }],
    async wakeUps(wake, signal) {
      for (const sandbox of sandboxes.list()) wake(keyOfGuest(sandbox));
      using _ = keeper.onChange((vmiUid, what) => {
        const sandbox = sandboxes.findByVmi(vmiUid);
        // An attempt that failed is repeated after a back-off; waking ourselves would do it at once, for ever.
        if (sandbox && what === "guest") wake(keyOfGuest(sandbox));
      });
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
    async observe(key, { cache, now, signal }) {
      const vmi = cache.get(VirtualMachineInstance, parseKey(key));
      smbios = cache.get(KubeVirt, kubevirtKey)?.spec?.configuration?.smbios;
      const sandbox = sandboxOf(key, vmi, sandboxes);
      if (!sandbox) {
        forgetOthers(made, sandboxes);
        return undefined;
      }
      const isSandboxStanding =
        sandbox.state === "standing" && sandbox.bootId === deps.bootId && (await isNetns(sandbox.netnsPath));
      return {
        vmi: vmi?.metadata.uid === sandbox.vmiUid ? vmi : undefined,
        pod: podOf(sandbox, cache),
        sandbox,
        isSandboxStanding,
        guest: await keeper.observe(sandbox, signal),
        canGetAhead:
          (sandbox.state === "making" || isSandboxStanding) &&
          keeper.isExpected(sandbox.vmiUid) &&
          made.triedIn.get(sandbox.vmiUid) !== sandbox.state,
        now,
      };
    },
    plan: planGuest,
    effects: guestEffects({ ...deps, smbios: () => smbios }, made),
  };
}

function forgetOthers(made: MadeThings, sandboxes: SandboxStore): void {
  for (const known of Object.values(made)) {
    for (const vmiUid of known.keys()) if (!sandboxes.findByVmi(vmiUid)) known.delete(vmiUid);
  }
}

/** That of the VMI; or, when a VMI went away by force, that which its namesake left. */
function sandboxOf(key: string, vmi: VirtualMachineInstance | undefined, sandboxes: SandboxStore): Sandbox | undefined {
  return (
    sandboxes.findByVmi(vmi?.metadata.uid ?? "") ?? sandboxes.list().find((sandbox) => keyOfGuest(sandbox) === key)
  );
}

function podOf({ podNamespace, podName, podUid }: Sandbox, cache: Cache): Pod | undefined {
  const pod = cache.get(Pod, { namespace: podNamespace, name: podName });
  return pod?.metadata.uid === podUid ? pod : undefined;
}

function keyOfGuest({ podNamespace, vmiName }: Sandbox): string {
  return `${podNamespace}/${vmiName}`;
}

/** The launcher pod's VMI. */
function instanceKeysOf({ metadata }: KubeObject): readonly string[] {
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === VirtualMachineInstance.kind);
  return owner ? [`${metadata.namespace}/${owner.name}`] : [];
}
