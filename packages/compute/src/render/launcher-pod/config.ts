import type { KubeVirt, Node } from "@peapod/api";
import { labels } from "../../names.ts";

/** What all launcher pods of an installation have in common. */
export interface LauncherConfig {
  /** On a cluster, what the compute container runs; in standalone nothing is pulled for it. */
  readonly launcherImage: string;
  readonly imagePullPolicy: "Always" | "IfNotPresent" | "Never";
  /** Some node has no usable KVM, so a pod has to ask for QEMU's translation buffer too. */
  readonly emulated: boolean;
  /** vCPUs that may share one CPU. */
  readonly cpuAllocationRatio: number;
  /** Guest memory in percent of what is requested for it. */
  readonly memoryOvercommit: number;
  readonly nodeSelectors: { readonly [label: string]: string };
}

/** The KubeVirt object's word on launchers, upstream's defaults where it has none. */
export function launcherConfig(
  kubevirt: KubeVirt | undefined,
  nodes: readonly Node[],
  launcherImage: string,
): LauncherConfig {
  const { developerConfiguration, imagePullPolicy } = kubevirt?.spec.configuration ?? {};
  return {
    launcherImage,
    imagePullPolicy: imagePullPolicy ?? "IfNotPresent",
    emulated:
      developerConfiguration?.useEmulation === true ||
      nodes.some((node) => node.metadata.labels?.[labels.acceleration] === "tcg"),
    cpuAllocationRatio: developerConfiguration?.cpuAllocationRatio || 10,
    memoryOvercommit: developerConfiguration?.memoryOvercommit || 100,
    nodeSelectors: developerConfiguration?.nodeSelectors ?? {},
  };
}
