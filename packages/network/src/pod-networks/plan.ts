import { findIp } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import { defaultNetwork } from "../render/default-network.ts";

export const defaultNetworkAnnotation = "v1.multus-cni.io/default-network";
export const networksAnnotation = "k8s.v1.cni.cncf.io/networks";

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

interface Selection {
  readonly nad: { readonly namespace: string; readonly name: string };
  readonly ifName: string | undefined;
  readonly mac: string | undefined;
  readonly ips: readonly string[];
}

/** `[ns/]name[@interface], …` or a JSON list of objects; any of `[{"` makes it JSON, as in Multus. */
function parseSelections(text: string, namespace: string, annotation: string): readonly Selection[] {
  if (text.trim() === "") return [];
  const selections = /[[{"]/.test(text) ? parseJsonList(text, annotation) : text.split(",").map(parseShort);
  return selections.map((selection) => {
    const name = selection["name"];
    const fail = (because: string): never => {
      throw unreadable(annotation, text, because);
    };
    if (typeof name !== "string" || !isName(name)) return fail(`${JSON.stringify(name ?? "")} is no name of a network`);
    const own = selection["namespace"] ?? namespace;
    if (typeof own !== "string" || !isName(own)) return fail(`${JSON.stringify(own)} is no namespace`);
    const ifName = selection["interface"];
    if (ifName !== undefined && (typeof ifName !== "string" || !/^(?!\.{1,2}$)[^\s/:]{1,15}$/.test(ifName))) {
      return fail(`${JSON.stringify(ifName)} is no name of an interface`);
    }
    const mac = selection["mac"];
    if (mac !== undefined && (typeof mac !== "string" || !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac))) {
      return fail(`${JSON.stringify(mac)} is no MAC address`);
    }
    const ips = Array.isArray(selection["ips"]) ? selection["ips"].map(String) : [];
    const wrong = ips.find((ip) => findIp(ip.replace(/\/\d+$/, "")) === undefined);
    if (wrong !== undefined) return fail(`${JSON.stringify(wrong)} is no address`);
    return { nad: { namespace: own, name }, ifName, mac: mac?.toLowerCase(), ips };
  });
}

function parseShort(text: string): Record<string, unknown> {
  const match = /^(?:([^/@]*)\/)?([^/@]*)(?:@(.*))?$/.exec(text.trim());
  return {
    name: match?.[2] ?? text.trim(),
    ...(match?.[1] !== undefined && { namespace: match[1] }),
    ...(match?.[3] !== undefined && { interface: match[3] }),
  };
}

function parseJsonList(text: string, annotation: string): readonly Record<string, unknown>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(annotation, text, "it is not JSON");
  }
  if (!Array.isArray(value)) throw unreadable(annotation, text, "it is not a list");
  return value.map((item: unknown) => (typeof item === "object" && item !== null ? { ...item } : { name: item }));
}

function isName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);
}

function unreadable(annotation: string, text: string, because: string): InvalidSpecError {
  return new InvalidSpecError(`Cannot read annotation ${annotation} "${text}": ${because}`, {
    path: `metadata.annotations[${annotation}]`,
    advice: "Write namespace/name, or a JSON list of objects with name, namespace and interface",
  });
}
