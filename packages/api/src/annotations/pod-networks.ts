import type { Annotations } from "./annotation-error.ts";
import { type NetworkSelection, parseNetworkSelections, unreadableSelection } from "./network-selections.ts";

export const defaultNetworkAnnotation = "v1.multus-cni.io/default-network";
export const networksAnnotation = "k8s.v1.cni.cncf.io/networks";
/** Of a default network that is named without one. */
export const multusNamespace = "kube-system";

/** The networks of a pod, as its annotations name them. */
export interface PodNetworkSelections {
  /** Of `eth0`; undefined: the usual one. */
  readonly first: NetworkSelection | undefined;
  /** Under the names that they ask for, or `net1`, `net2`, … by position. */
  readonly others: readonly (NetworkSelection & { readonly ifName: string })[];
}

/** @throws {AnnotationError} */
export function parsePodNetworks(annotations: Annotations, namespace: string): PodNetworkSelections {
  const text = annotations[networksAnnotation] ?? "";
  const others = parseNetworkSelections(text, namespace, networksAnnotation).map((selection, index) => ({
    ...selection,
    ifName: selection.ifName ?? `net${index + 1}`,
  }));
  const first = parseDefaultNetwork(annotations);
  const names = ["eth0", ...others.map(({ ifName }) => ifName)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unreadableSelection(networksAnnotation, text, `interface "${twice}" is there twice`);
  const routed = [...(first ? [first] : []), ...others].filter(({ defaultRoute = [] }) => defaultRoute.length > 0);
  if (routed.length > 1)
    throw unreadableSelection(networksAnnotation, text, "more than one network has a default-route");
  return { first, others };
}

/**
 * The network that a pod's first interface is to be in, instead of the usual one.
 *
 * @throws {AnnotationError}
 */
export function parseDefaultNetwork(annotations: Annotations): NetworkSelection | undefined {
  const text = annotations[defaultNetworkAnnotation];
  if (text === undefined) return undefined;
  const [chosen, ...more] = parseNetworkSelections(text, multusNamespace, defaultNetworkAnnotation);
  if (chosen && more.length === 0) return chosen;
  throw unreadableSelection(defaultNetworkAnnotation, text, "it has to name exactly one network");
}
