import { defaultNetwork } from "../render/default-network.ts";
import { parseSelections, unreadable } from "./parse-selections.ts";
import type { PodNetworkRequest } from "./types.ts";

export type { PodNetworkRequest } from "./types.ts";

export const defaultNetworkAnnotation = "v1.multus-cni.io/default-network";
export const networksAnnotation = "k8s.v1.cni.cncf.io/networks";

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
  const first = pod.annotations[defaultNetworkAnnotation];
  const chosen =
    first === undefined ? undefined : parseSelections(first, defaultNetwork.namespace, defaultNetworkAnnotation);
  if (chosen && chosen.length !== 1) {
    throw unreadable(defaultNetworkAnnotation, first ?? "", "it has to name exactly one network");
  }
  const text = pod.annotations[networksAnnotation] ?? "";
  const others = parseSelections(text, pod.namespace, networksAnnotation);
  const requests = [
    { ...(chosen?.[0] ?? { nad: defaultNetwork, mac: undefined, ips: [] }), ifName: "eth0", isDefault: true },
    ...others.map((selection, index) => ({
      ...selection,
      ifName: selection.ifName ?? `net${index + 1}`,
      isDefault: false,
    })),
  ];
  const names = requests.map(({ ifName }) => ifName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unreadable(networksAnnotation, text, `interface "${twice}" is there twice`);
  const routed = requests.filter(({ defaultRoute = [] }) => defaultRoute.length > 0);
  if (routed.length > 1) {
    throw unreadable(networksAnnotation, text, "more than one network has a default-route");
  }
  return requests;
}
