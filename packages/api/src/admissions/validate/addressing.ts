import { type AddressWish, addressesAnnotation, parseAddressWishes } from "../../annotations/addresses.ts";
import { AnnotationError, type Annotations } from "../../annotations/annotation-error.ts";
import { findMac } from "../../annotations/mac.ts";
import { parsePodNetworks } from "../../annotations/pod-networks.ts";
import { ippoolsAnnotation, parsePoolChoice } from "../../annotations/pools.ts";
import { defaultRouteNicAnnotation } from "../../annotations/routes.ts";
import type { Interface } from "../../kinds/kubevirt/interface.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { ObjectMeta } from "../../meta.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

/**
 * Annotations that speak of interfaces which the machine does not have: its author would wait for the address in vain, and get another
 * one. Annotations that cannot be read are reported elsewhere.
 *
 * @param path  of the metadata: `spec.template.metadata`
 */
export function validateAddressing(
  spec: VirtualMachineInstanceSpec,
  { annotations = {} }: ObjectMeta,
  path: string,
): Problem[] {
  const nics = nicsInOrder(spec);
  const names = podInterfaces(nics.length, annotations);
  const choice = readOr(undefined, () => parsePoolChoice(annotations));
  const wishes = readOr([], () => parseAddressWishes(annotations));
  const pools = choice?.of === "interfaces" ? choice.interfaces : [];
  const routed = annotations[defaultRouteNicAnnotation];
  return [
    ...describe(routed === undefined ? [] : [{ interface: routed }], names).map((sentence) =>
      cause(`${path}.annotations[${defaultRouteNicAnnotation}]`, sentence),
    ),
    ...describe(pools, names).map((sentence) => cause(`${path}.annotations[${ippoolsAnnotation}]`, sentence)),
    ...describe(wishes, names).map((sentence) => cause(`${path}.annotations[${addressesAnnotation}]`, sentence)),
    ...wishes.flatMap((wish, index) => {
      const nic = nics[wish.provider === undefined ? positionOf(wish, index) : -1];
      const isOther = nic?.bridge && nic.macAddress && wish.mac && findMac(nic.macAddress) !== wish.mac;
      if (!isOther) return [];
      const sentence = `interface ${nic.name} cannot have the MAC address ${wish.mac} of the annotation and ${nic.macAddress} of the spec`;
      return [cause(`${path}.annotations`, sentence)];
    }),
  ];
}

interface Item {
  readonly interface: string | undefined;
}

function describe(items: readonly (Item & Partial<Pick<AddressWish, "provider">>)[], names: readonly string[]) {
  const unknown = items.filter((item) => item.interface !== undefined && !isKnown(item.interface, names));
  const unnamed = items.filter((item) => item.interface === undefined && item.provider === undefined).length;
  return [
    ...unknown.map((item) => `the machine's pod has no interface ${item.interface}; it has ${names.join(", ")}`),
    ...(unnamed > names.length
      ? [`${unnamed} interfaces are spoken of, and the machine's pod has ${names.length}: ${names.join(", ")}`]
      : []),
  ];
}

/** In its pod an interface of a machine may also go by the name that KubeVirt makes of its network's. */
function isKnown(name: string, names: readonly string[]): boolean {
  return names.includes(name) || /^pod[0-9a-f]{11}$/.test(name);
}

/** `eth0`, `net1`, …, and what the template's own annotation adds. */
function podInterfaces(count: number, annotations: Annotations): readonly string[] {
  const added = readOr([], () => parsePodNetworks(annotations, "any").others);
  const total = Math.max(count, 1) + added.length;
  const usual = Array.from({ length: total }, (_, index) => (index === 0 ? "eth0" : `net${index}`));
  return [...usual, ...added.map(({ ifName }) => ifName)];
}

/** The default network's first, then in the order of networks: as the pod gets them. */
function nicsInOrder({ networks = [], domain }: VirtualMachineInstanceSpec): readonly (Interface | undefined)[] {
  const isDefault = ({ pod, multus }: (typeof networks)[number]) => pod !== undefined || multus?.default === true;
  return [...networks.filter(isDefault), ...networks.filter((network) => !isDefault(network))].map(({ name }) =>
    domain.devices.interfaces?.find((nic) => nic.name === name),
  );
}

function positionOf({ interface: name }: Item, index: number): number {
  if (name === undefined) return index;
  return name === "eth0" ? 0 : Number(/^net(\d+)$/.exec(name)?.[1] ?? -1);
}

function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AnnotationError) return otherwise;
    throw error;
  }
}
