import { AnnotationError, type PodNetworkSelections, parsePodNetworks } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import { defaultNetwork } from "../render/default-network.ts";
import type { PodNetworkRequest } from "./types.ts";

export type { PodNetworkRequest } from "./types.ts";

/**
 * The interfaces of a pod, as Multus reads its annotations: `eth0` in the default network or the one that
 * `v1.multus-cni.io/default-network` names, then those of `k8s.v1.cni.cncf.io/networks`.
 *
 * @throws {InvalidSpecError} when an annotation cannot be read
 */
export function planPodNetworks(pod: {
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
}): readonly PodNetworkRequest[] {
  const { first, others } = read(pod.annotations, pod.namespace);
  return [
    { ...(first ?? { nad: defaultNetwork, mac: undefined, ips: [] }), ifName: "eth0", isDefault: true },
    ...others.map((selection) => ({ ...selection, isDefault: false })),
  ];
}

function read(annotations: Readonly<Record<string, string>>, namespace: string): PodNetworkSelections {
  try {
    return parsePodNetworks(annotations, namespace);
  } catch (error) {
    if (!(error instanceof AnnotationError)) throw error;
    throw new InvalidSpecError(error.message, {
      path: `metadata.annotations[${error.annotation}]`,
      advice: "Write namespace/name, or a JSON list of objects with name, namespace and interface",
    });
  }
}
