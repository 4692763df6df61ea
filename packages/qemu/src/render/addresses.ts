import type { Domain } from "../domain.ts";
import { deviceIds, diskDeviceId, inputDeviceId, nicDeviceId, rootPortId } from "./names.ts";

/** Where one PCI device sits: `bus` is a QEMU bus id, `addr` its slot (and function) there. */
export interface PciPlace {
  readonly bus: string;
  readonly addr: string;
}

export interface RootPort {
  readonly id: string;
  /** Chassis and slot number; the guest numbers the buses alike, from 1. */
  readonly number: number;
  readonly addr: string;
  readonly multifunction: boolean;
  /** The device behind it; undefined: free for hot-plug. */
  readonly holds: string | undefined;
}

export interface AddressBook {
  readonly rootPorts: readonly RootPort[];
  /** @throws {DomainError} for a device that was given no place: a renderer and this list disagree */
  place(deviceId: string): PciPlace;
}

/** The domain cannot become QEMU arguments: what is wrong with it, and with which device. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly device: string;
  constructor(device: string, message: string) {
    super(message);
    this.device = device;
  }
}

/**
 * Gives every PCI device a place that depends on the domain alone, so that a guest finds its devices where they were. On machines
 * with PCI Express each device has a root port of its own: NICs on buses 1, 2, … in spec order, then the first free ports up to the
 * fourth bus (so that a further NIC moves nobody), then controllers, disks and inputs, then the other free ports. Parts that are
 * never hot-plugged and are no PCI Express devices sit on the root bus. On `pc` everything is on `pci.0`, where each slot can be
 * hot-plugged.
 *
 * @throws {DomainError} when two devices ask for one address, or one asks for an address that the machine has not
 */
export function assignAddresses(domain: Domain): AddressBook {
  const wanted = wantedAddresses(domain);
  return isPciExpress(domain) ? assignRootPorts(domain, wanted) : assignSlots(domain, wanted);
}

/** q35 and virt have PCI Express; i440fx (`pc`) has a conventional bus. */
export function isPciExpress(domain: { readonly machine: Pick<Domain["machine"], "type"> }): boolean {
  return !/^pc(-i440fx.*)?$/.test(domain.machine.type);
}

/** Whether the machine has the PC's chip sets (and with them ISA devices and a built-in disk controller). */
export function isPersonalComputer(domain: Domain): boolean {
  return domain.architecture === "amd64";
}

/** Devices with a root port of their own, NICs apart, in the order in which they get one. */
function portDevices(domain: Domain): string[] {
  return [
    ...(hasScsiController(domain) ? [deviceIds.scsi] : []),
    ...(domain.guestAgent ? [deviceIds.virtioSerial] : []),
    ...(hasUsbController(domain) ? [deviceIds.usb] : []),
    ...(domain.balloon ? [deviceIds.balloon] : []),
    ...(domain.rng ? [deviceIds.rng] : []),
    ...domain.disks.filter((disk) => disk.bus === "virtio").map((disk) => diskDeviceId(disk.name)),
    ...(domain.inputs ?? []).filter((input) => input.bus === "virtio").map((input) => inputDeviceId(input.name)),
  ];
}

/** Devices on the root bus itself, each with the slot it always has. */
function rootBusDevices(domain: Domain): [string, number][] {
  return [
    ...(domain.graphics ? [[deviceIds.video, 0x01] as [string, number]] : []),
    ...(domain.watchdog ? [[deviceIds.watchdog, 0x1d] as [string, number]] : []),
    ...(domain.panicDevice === "pvpanic" ? [[deviceIds.panic, 0x1c] as [string, number]] : []),
    ...sataControllers(domain).map((id, index): [string, number] => [id, 0x1b - index]),
  ];
}

/** A disk needs it; or the machine can be hot-plugged, and a disk may come to need it. */
export function hasScsiController(domain: Domain): boolean {
  return domain.spareRootPorts > 0 || domain.disks.some((disk) => disk.bus === "scsi");
}

export function hasUsbController(domain: Domain): boolean {
  return domain.disks.some((disk) => disk.bus === "usb") || (domain.inputs ?? []).some((input) => input.bus === "usb");
}

/** AHCI controllers beyond the six ports that q35 has built in. */
export function sataControllers(domain: Domain): string[] {
  const sataDisks = domain.disks.filter((disk) => disk.bus === "sata").length;
  const beyond = sataDisks - builtInSataPorts(domain);
  return Array.from({ length: Math.max(0, Math.ceil(beyond / portsPerAhci)) }, (_, index) => `sata${index}`);
}

export function builtInSataPorts(domain: Domain): number {
  return isPersonalComputer(domain) && isPciExpress(domain) ? portsPerAhci : 0;
}

const portsPerAhci = 6;

function assignRootPorts(domain: Domain, wanted: ReadonlyMap<string, WantedAddress>): AddressBook {
  const places = new Map<string, PciPlace>();
  const rootSlots = new Map<string, string>();
  for (const [id, slot] of rootBusDevices(domain)) {
    rootSlots.set(slotText(slot), id);
    places.set(id, { bus: "pcie.0", addr: slotText(slot) });
  }
  const holders = new Map<number, string>();
  for (const [id, address] of wanted) {
    if (address.bus === 0) {
      if (reservedSlots.has(address.slot) || address.function !== 0 || rootSlots.has(slotText(address.slot))) {
        throw new DomainError(id, `Cannot place "${id}" at ${address.text}: bus 0 has no such free slot`);
      }
      rootSlots.set(slotText(address.slot), id);
      places.set(id, { bus: "pcie.0", addr: slotText(address.slot) });
    } else {
      if (address.bus > mostPorts || address.slot !== 0 || address.function !== 0) {
        throw new DomainError(
          id,
          `Cannot place "${id}" at ${address.text}: buses 1 to ${mostPorts} have slot 0, function 0`,
        );
      }
      if (holders.has(address.bus)) throw new DomainError(id, `Cannot place "${id}" at ${address.text}: it is taken`);
      holders.set(address.bus, id);
    }
  }
  const nextFree = (): number => {
    let port = 1;
    while (holders.has(port)) port += 1;
    if (port > mostPorts) throw new DomainError("", `Cannot place more than ${mostPorts} PCI devices`);
    return port;
  };
  for (const nic of domain.nics) {
    const id = nicDeviceId(nic.name);
    if (!wanted.has(id)) holders.set(nextFree(), id);
  }
  const sparesForNics = Math.min(domain.spareRootPorts, Math.max(0, nicPorts - domain.nics.length));
  for (let spare = 0; spare < sparesForNics; spare += 1) holders.set(nextFree(), "");
  for (const id of portDevices(domain)) if (!wanted.has(id)) holders.set(nextFree(), id);
  for (let spare = sparesForNics; spare < domain.spareRootPorts; spare += 1) holders.set(nextFree(), "");

  const count = Math.max(0, ...holders.keys());
  const freeSlots = firstSlots(Math.ceil(count / 8), rootSlots);
  const rootPorts = Array.from({ length: count }, (_, index): RootPort => {
    const number = index + 1;
    const holder = holders.get(number);
    return {
      id: rootPortId(number),
      number,
      addr: slotText(freeSlots[Math.floor(index / 8)] ?? 0, index % 8),
      multifunction: index % 8 === 0,
      holds: holder === "" ? undefined : holder,
    };
  });
  for (const port of rootPorts) if (port.holds !== undefined) places.set(port.holds, { bus: port.id, addr: "0x0" });
  return book(rootPorts, places);
}

function assignSlots(domain: Domain, wanted: ReadonlyMap<string, WantedAddress>): AddressBook {
  const taken = new Map<number, string>([
    [0x00, "host bridge"],
    [0x01, "chip set"],
    [0x02, deviceIds.video],
  ]);
  for (const [id, address] of wanted) {
    if (address.bus !== 0 || address.function !== 0 || taken.has(address.slot)) {
      throw new DomainError(
        id,
        `Cannot place "${id}" at ${address.text}: bus 0 has no such free slot, and there is no other`,
      );
    }
    taken.set(address.slot, id);
  }
  const order = [
    ...domain.nics.map((nic) => nicDeviceId(nic.name)),
    ...rootBusDevices(domain)
      .map(([id]) => id)
      .filter((id) => id !== deviceIds.video),
    ...portDevices(domain),
  ];
  for (const id of order) {
    if (wanted.has(id)) continue;
    let slot = 3;
    while (taken.has(slot)) slot += 1;
    if (slot > 0x1f) throw new DomainError(id, `Cannot place "${id}": the PCI bus of "${domain.machine.type}" is full`);
    taken.set(slot, id);
  }
  const places = new Map([...taken].map(([slot, id]) => [id, { bus: "pci.0", addr: slotText(slot) }]));
  return book([], places);
}

function book(rootPorts: readonly RootPort[], places: ReadonlyMap<string, PciPlace>): AddressBook {
  return {
    rootPorts,
    place(deviceId) {
      const place = places.get(deviceId);
      if (place === undefined) throw new DomainError(deviceId, `No PCI address was assigned to "${deviceId}"`);
      return place;
    },
  };
}

interface WantedAddress {
  readonly text: string;
  readonly bus: number;
  readonly slot: number;
  readonly function: number;
}

function wantedAddresses(domain: Domain): ReadonlyMap<string, WantedAddress> {
  const wanted = new Map<string, WantedAddress>();
  for (const nic of domain.nics) {
    if (nic.pciAddress) wanted.set(nicDeviceId(nic.name), parsePciAddress(nicDeviceId(nic.name), nic.pciAddress));
  }
  for (const disk of domain.disks) {
    if (disk.pciAddress) wanted.set(diskDeviceId(disk.name), parsePciAddress(diskDeviceId(disk.name), disk.pciAddress));
  }
  return wanted;
}

function parsePciAddress(device: string, text: string): WantedAddress {
  const match = /^([0-9a-f]{4}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i.exec(text);
  if (match === null || match[1] !== "0000") {
    throw new DomainError(
      device,
      `Cannot place "${device}" at "${text}": a PCI address reads 0000:<bus>:<slot>.<function>`,
    );
  }
  const [bus, slot, func] = [match[2], match[3], match[4]].map((part) => Number.parseInt(part ?? "", 16));
  return { text, bus: bus ?? 0, slot: slot ?? 0, function: func ?? 0 };
}

/** Slots of the root bus for groups of eight root ports: from 2 on (1 is the screen's), past what is taken. */
function firstSlots(count: number, taken: ReadonlyMap<string, string>): number[] {
  const slots: number[] = [];
  for (let slot = 2; slots.length < count && slot < 0x1b; slot += 1) if (!taken.has(slotText(slot))) slots.push(slot);
  if (slots.length < count) throw new DomainError("", "Cannot place all PCI devices: the root bus is full");
  return slots;
}

function slotText(slot: number, func = 0): string {
  return func === 0 ? `0x${slot.toString(16)}` : `0x${slot.toString(16)}.${func}`;
}

/** NICs that fit on the first buses before others' addresses would move. */
const nicPorts = 4;
const mostPorts = 128;
/** Where q35 has its own chip set. */
const reservedSlots: ReadonlySet<number> = new Set([0x00, 0x1f]);
