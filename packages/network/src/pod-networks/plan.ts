import {
  AnnotationError,
  defaultNetworkAnnotation,
  type NetworkSelection,
  networksAnnotation,
  parseNetworkSelections,
} from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import { defaultNetwork } from "../render/default-network.ts";

/** One interface that a pod is to have. */
export interface PodNetworkRequest {
  /** `eth0`, what the annotation asks for, or `net1`, `net2`, … by position */
  readonly ifName: string;
  readonly nad: { readonly namespace: string; readonly name: string };
  /** The pod's own network: its address is the pod's. */
  readonly isDefault: boolean;
  readonly mac: string | undefined;
  readonly ips: readonly string[];
}

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
  const others = parseSelections(pod.annotations[networksAnnotation] ?? "", pod.namespace, networksAnnotation);
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
  if (twice !== undefined) {
    throw unreadable(
      networksAnnotation,
      pod.annotations[networksAnnotation] ?? "",
      `interface "${twice}" is there twice`,
    );
  }
  return requests;
}

function parseSelections(text: string, namespace: string, annotation: string): readonly NetworkSelection[] {
  try {
    return parseNetworkSelections(text, namespace, annotation);
  } catch (error) {
    throw error instanceof AnnotationError ? invalid(annotation, error.message) : error;
  }
}

function unreadable(annotation: string, text: string, because: string): InvalidSpecError {
  return invalid(annotation, `Cannot read annotation ${annotation} "${text}": ${because}`);
}

function invalid(annotation: string, message: string): InvalidSpecError {
  return new InvalidSpecError(message, {
    path: `metadata.annotations[${annotation}]`,
    advice: "Write namespace/name, or a JSON list of objects with name, namespace and interface",
  });
}
