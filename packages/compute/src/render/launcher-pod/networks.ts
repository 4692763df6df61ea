import {
  findMac,
  movedInterfacesAnnotations,
  type NetworkAttachmentDefinition,
  type VirtualMachineInstance,
} from "@peapod/api";
import { podInterfaceName } from "../../identity/pod-interface-name.ts";
import { annotations } from "../../names.ts";

/** A NetworkAttachmentDefinition by its place. */
export interface NadKey {
  readonly namespace: string;
  readonly name: string;
}

/** `"ns/name"`, or a name in the VMI's own namespace. */
export function parseNetworkName(networkName: string, namespace: string): NadKey {
  const [first = "", second] = networkName.split("/");
  return second === undefined ? { namespace, name: first } : { namespace: first, name: second };
}

/** The NetworkAttachmentDefinitions that the VMI's networks name. */
export function namedNads(vmi: VirtualMachineInstance): readonly NadKey[] {
  return (vmi.spec.networks ?? []).flatMap(({ multus }) =>
    multus ? [parseNetworkName(multus.networkName, namespaceOf(vmi))] : [],
  );
}

/** What Multus reads: the primary network in one annotation, the others as a list in another. */
export function renderNetworkAnnotations(vmi: VirtualMachineInstance): { readonly [key: string]: string } {
  const { networks = [], domain } = vmi.spec;
  const primary = networks.find(({ multus }) => multus?.default)?.multus;
  const secondary = networks.flatMap(({ name, multus }) => {
    if (!multus || multus.default) return [];
    const nic = domain.devices.interfaces?.find((candidate) => candidate.name === name);
    if (nic?.state === "absent") return [];
    const key = parseNetworkName(multus.networkName, namespaceOf(vmi));
    const mac = nic?.macAddress && (findMac(nic.macAddress) ?? nic.macAddress);
    return [{ ...key, interface: podInterfaceName(name), ...(mac && { mac }) }];
  });
  return {
    ...(primary && { [annotations.defaultNetwork]: keyText(parseNetworkName(primary.networkName, namespaceOf(vmi))) }),
    ...(secondary.length > 0 && { [annotations.networks]: JSON.stringify(secondary) }),
    ...renderMoved(vmi),
  };
}

/**
 * Whoever makes routes for the pod has to know which of its addresses it will not have. On the node's own pod network there is nobody
 * who makes any.
 */
function renderMoved({ metadata, spec }: VirtualMachineInstance): { readonly [key: string]: string } {
  const { networks = [], domain } = spec;
  const isElsewhere = metadata.annotations?.[annotations.defaultNetwork] !== undefined;
  const boundBy = (binding: "bridge" | "macvtap"): readonly string[] =>
    networks.flatMap(({ name, multus }) => {
      const nic = domain.devices.interfaces?.find((candidate) => candidate.name === name);
      if (!nic?.[binding] || nic.state === "absent") return [];
      if (multus && !multus.default) return [podInterfaceName(name)];
      return multus || isElsewhere ? ["eth0"] : [];
    });
  return Object.fromEntries(
    (["bridge", "macvtap"] as const).flatMap((binding) => {
      const names = boundBy(binding);
      return names.length > 0 ? [[movedInterfacesAnnotations[binding], names.join(",")]] : [];
    }),
  );
}

/** Devices that an attachment brings: its `resourceName` annotation, once per network that uses it. */
export function attachmentResources(
  vmi: VirtualMachineInstance,
  nads: readonly NetworkAttachmentDefinition[],
): { readonly [resource: string]: string } {
  const counts = new Map<string, number>();
  for (const key of namedNads(vmi)) {
    const nad = nads.find(({ metadata }) => metadata.namespace === key.namespace && metadata.name === key.name);
    const resource = nad?.metadata.annotations?.["k8s.v1.cni.cncf.io/resourceName"];
    if (resource) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  }
  return Object.fromEntries(Array.from(counts, ([resource, count]) => [resource, String(count)]));
}

export function keyText({ namespace, name }: NadKey): string {
  return `${namespace}/${name}`;
}

function namespaceOf(vmi: VirtualMachineInstance): string {
  return vmi.metadata.namespace ?? "default";
}
