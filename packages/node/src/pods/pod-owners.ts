import type { IpamSettings, Owner, PodIdentity, PodReference, SelectionFacts, UsedInterface } from "@peapod/network";
import type { SandboxStore } from "../sandbox/store.ts";
import type { Sandbox } from "../sandbox/types.ts";

/** Whose addresses a pod's are, while it is attached and as long as it is here. */
export interface PodOwners {
  readonly identify: (pod: PodReference) => Promise<PodIdentity | undefined>;
  /** Remembers, while a pod is attached, what decides its pools. */
  readonly asks: (podUid: string, facts: SelectionFacts) => Disposable;
  readonly ownerOf: (sandbox: Sandbox) => Owner;
  readonly isInUse: (owner: Owner) => boolean;
  readonly interfacesOf: (owner: Owner) => readonly UsedInterface[];
  readonly present: () => readonly Owner[];
}

/**
 * The VM owns its pod's addresses and keeps them from pod to pod; where that is switched off, the pod does. The addresses controller
 * gives them back when the owner is gone.
 */
export function createPodOwners(
  sandboxes: SandboxStore,
  nodeName: string,
  settings: () => Pick<IpamSettings, "enableKubevirtStaticIP">,
): PodOwners {
  const asking = new Map<string, SelectionFacts>();
  const standing = (): readonly Sandbox[] => sandboxes.list().filter(({ state }) => state !== "removed");
  const isOf = (owner: Owner, { podNamespace, vmiName, podName }: Sandbox): boolean =>
    podNamespace === owner.namespace && owner.name === (owner.kind === "vm" ? vmiName : podName);
  const ownerOf = ({ podNamespace, vmiName, podName }: Sandbox): Owner =>
    settings().enableKubevirtStaticIP
      ? { kind: "vm", namespace: podNamespace, name: vmiName }
      : { kind: "pod", namespace: podNamespace, name: podName };
  const holderOf = ({ podUid, podName }: Sandbox) => ({ podUid, podName, node: nodeName });
  return {
    identify: async ({ containerId }) => {
      const sandbox = sandboxes.list().find(({ podUid }) => podUid === containerId);
      if (!sandbox) return undefined;
      const { kind, namespace, name } = ownerOf(sandbox);
      const selection = asking.get(sandbox.podUid);
      return { owner: { namespace, name }, holder: holderOf(sandbox), isKept: kind === "vm", selection };
    },
    asks: (podUid, facts) => {
      asking.set(podUid, facts);
      return { [Symbol.dispose]: () => void asking.delete(podUid) };
    },
    ownerOf,
    isInUse: (owner) => standing().some((sandbox) => isOf(owner, sandbox)),
    interfacesOf: (owner) =>
      standing()
        .filter((sandbox) => isOf(owner, sandbox) && ownerOf(sandbox).kind === owner.kind)
        .flatMap((sandbox) =>
          sandbox.interfaces.map(({ name, addresses }) => ({ name, addresses, holder: holderOf(sandbox) })),
        ),
    present: () => standing().map(ownerOf),
  };
}
