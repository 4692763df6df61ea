import type { Domain, DomainNic } from "../domain.ts";
import { type AddressBook, DomainError } from "./addresses.ts";
import { type JsonProperties, jsonArgument } from "./argument.ts";
import { nicBackendId, nicDeviceId } from "./names.ts";

/** Network devices and what they are plugged into, inside the pod's network namespace. */
export function renderNics(domain: Domain, book: AddressBook): string[] {
  const taps = openedTaps(domain);
  return domain.nics.flatMap((nic) => [
    ...jsonArgument("-netdev", { ...renderBackend(nic, taps), id: nicBackendId(nic.name) }),
    ...jsonArgument("-device", {
      driver: drivers[nic.model],
      id: nicDeviceId(nic.name),
      netdev: nicBackendId(nic.name),
      ...book.place(nicDeviceId(nic.name)),
      mac: nic.mac,
      host_mtu: nic.model === "virtio" ? nic.mtu : undefined,
      bootindex: nic.bootIndex,
      "acpi-index": nic.acpiIndex,
      // The option ROM boots from the network and is of no other use.
      romfile: nic.bootIndex === undefined ? "" : undefined,
    }),
  ]);
}

/** Macvtaps that the launcher opens as root and hands to QEMU: link and descriptor number (a POSIX shell opens 3 to 9). */
export function openedTaps(domain: Domain): readonly { readonly ifName: string; readonly fd: number }[] {
  const names = domain.nics.flatMap(({ backend }) => (backend.type === "macvtap" ? [backend.ifName] : []));
  if (names.length > 7) {
    throw new DomainError("nic", `Cannot attach ${names.length} NICs by descriptor: QEMU can be handed 7`);
  }
  return names.map((ifName, index) => ({ ifName, fd: 3 + index }));
}

function renderBackend({ backend }: DomainNic, taps: ReturnType<typeof openedTaps>): JsonProperties {
  switch (backend.type) {
    case "tap":
      return { type: "tap", ifname: backend.ifName, script: "no", downscript: "no", vhost: false };
    case "macvtap":
      return { type: "tap", fd: String(taps.find(({ ifName }) => ifName === backend.ifName)?.fd), vhost: false };
    case "stream":
      // QEMU listens: a server takes the next one when its client dies, a client that lost its server stays alone.
      return { type: "stream", server: true, addr: { type: "unix", path: backend.socketPath } };
  }
}

const drivers: { readonly [M in DomainNic["model"]]: string } = {
  virtio: "virtio-net-pci",
  e1000: "e1000",
  e1000e: "e1000e",
  igb: "igb",
  ne2k_pci: "ne2k_pci",
  pcnet: "pcnet",
  rtl8139: "rtl8139",
};
