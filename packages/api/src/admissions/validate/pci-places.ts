import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";
import { diskTarget } from "./disks.ts";
import { isPciAddress } from "./pci-address.ts";

interface Wish {
  /** `interface "lan"` */
  readonly device: string;
  readonly path: string;
  readonly address: string;
}

/**
 * Places on the guest's PCI buses that interfaces and disks ask for: each must be one that the machine has, and free. Upstream leaves
 * that to libvirt, which refuses when the guest starts. `assignAddresses` of `packages/qemu` gives the places, by the same rules.
 *
 * @param path  of the spec; malformed addresses are reported elsewhere
 */
export function validatePciPlaces(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const hasBuses = !/^pc(-i440fx.*)?$/.test(spec.domain.machine?.type ?? "");
  const holders = new Map<number | string, string>(hasBuses ? rootBusHolders(spec) : conventionalHolders);
  return wishes(spec, `${path}.domain.devices`).flatMap(({ device, path: at, address }) => {
    const [domain, bus = 0, slot = 0, func] = address.split(/[:.]/).map((part) => Number.parseInt(part, 16));
    const exists = domain === 0 && func === 0 && (hasBuses ? bus === 0 || (bus <= lastBus && slot === 0) : bus === 0);
    if (!exists) return [cause(at, `Cannot put ${device} at ${address}: ${hasBuses ? rootPorts : oneBus}`)];
    const place = bus === 0 ? slot : `bus ${bus}`;
    const holder = holders.get(place);
    if (holder === undefined) {
      holders.set(place, device);
      return [];
    }
    const sentence = `Cannot put ${device} at ${address}: ${holder} is there; write another place, or none to be given one`;
    return [cause(at, sentence, "FieldValueDuplicate")];
  });
}

/** Each bus is that of one root port. */
const lastBus = 0x80;
const rootPorts =
  "buses 01 to 80 have slot 00 and function 0 alone, and bus 00 has slots with function 0; write for example 0000:0a:00.0";
const oneBus = "the machine has bus 00 alone, and slots with function 0; write for example 0000:00:0a.0";

function wishes({ domain: { devices } }: VirtualMachineInstanceSpec, path: string): readonly Wish[] {
  const nics = (devices.interfaces ?? []).map(({ name, pciAddress: address }, index) => ({
    device: `interface "${name}"`,
    path: `${path}.interfaces[${index}].pciAddress`,
    address,
  }));
  const disks = (devices.disks ?? []).map((disk, index) => ({
    device: `disk "${disk.name}"`,
    path: `${path}.disks[${index}].disk.pciAddress`,
    address: diskTarget(disk).bus === "virtio" ? disk.disk?.pciAddress : undefined,
  }));
  return [...nics, ...disks].flatMap(({ address, ...wish }) =>
    address && isPciAddress(address) ? [{ ...wish, address }] : [],
  );
}

type Holder = readonly [slot: number, what: string];

/** Slots of bus 00 that a machine with PCI Express has filled. */
function rootBusHolders({ domain: { devices }, architecture }: VirtualMachineInstanceSpec): readonly Holder[] {
  const sataDisks = (devices.disks ?? []).filter((disk) => diskTarget(disk).bus === "sata").length;
  const controllers = Math.max(0, Math.ceil((sataDisks - (architecture === "arm64" ? 0 : 6)) / 6));
  const hasPanicDevice = devices.panicDevices?.some(({ model }) => model !== "isa");
  return [
    [0x00, "the chip set"],
    [0x1f, "the chip set"],
    ...(devices.autoattachGraphicsDevice === false ? [] : ([[0x01, "the display"]] as const)),
    ...(devices.watchdog ? ([[0x1d, "the watchdog"]] as const) : []),
    ...(hasPanicDevice ? ([[0x1c, "the panic device"]] as const) : []),
    ...Array.from({ length: controllers }, (_, index): Holder => [0x1b - index, "a SATA controller"]),
  ];
}

const conventionalHolders: readonly Holder[] = [
  [0x00, "the chip set"],
  [0x01, "the chip set"],
  [0x02, "the display"],
];
