import type { AdmissionReview } from "../admission.ts";
import { KubeVirt } from "../kinds/kubevirt/kubevirt.ts";
import type { Quantity } from "../schema.ts";

/** Where the KubeVirt object lies, of which there is one. */
export const kubeVirtKey = { namespace: "kubevirt", name: "kubevirt" } as const;

/** What the KubeVirt object says, or upstream's defaults. */
export interface Installation {
  readonly defaultArchitecture: string;
  readonly cpuModel: string | undefined;
  /** Undefined: 100m for each CPU. */
  readonly cpuRequest: Quantity | undefined;
  readonly evictionStrategy: string | undefined;
  readonly defaultBinding: "bridge" | "masquerade";
  readonly bridgeOnPodNetwork: boolean;
  /** Changes of a template wait for a restart. */
  readonly isStaged: boolean;
  readonly machineType: (architecture: string) => string;
  /** Patterns with `*`. */
  readonly emulatedMachines: (architecture: string) => readonly string[];
  readonly hasGate: (gate: string) => boolean;
}

const machineDefaults = {
  amd64: { type: "q35", patterns: ["q35*", "pc-q35*"] },
  arm64: { type: "virt", patterns: ["virt*"] },
};

export function readInstallation({ find }: Pick<AdmissionReview, "find">): Installation {
  const kubevirt = find(KubeVirt, kubeVirtKey);
  const config = kubevirt?.spec.configuration ?? {};
  const { featureGates = [], disabledFeatureGates = [] } = config.developerConfiguration ?? {};
  const byArchitecture = config.architectureConfiguration ?? {};
  const of = (architecture: string) => {
    const key = architecture === "arm64" ? "arm64" : "amd64";
    return { own: byArchitecture[key] ?? {}, usual: machineDefaults[key] };
  };
  return {
    defaultArchitecture: byArchitecture.defaultArchitecture || kubevirt?.status?.defaultArchitecture || "amd64",
    cpuModel: config.cpuModel || undefined,
    cpuRequest: config.cpuRequest,
    evictionStrategy: config.evictionStrategy,
    defaultBinding: config.network?.defaultNetworkInterface === "masquerade" ? "masquerade" : "bridge",
    bridgeOnPodNetwork: config.network?.permitBridgeInterfaceOnPodNetwork ?? true,
    isStaged: config.vmRolloutStrategy === "Stage",
    machineType: (architecture) => {
      const { own, usual } = of(architecture);
      return own.machineType || config.machineType || usual.type;
    },
    emulatedMachines: (architecture) => {
      const { own, usual } = of(architecture);
      return firstFilled(own.emulatedMachines, config.emulatedMachines) ?? usual.patterns;
    },
    hasGate: (gate) => featureGates.includes(gate) && !disabledFeatureGates.includes(gate),
  };
}

function firstFilled(...lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return lists.find((list) => list !== undefined && list.length > 0);
}
