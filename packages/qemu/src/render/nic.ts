import type { Domain, DomainNic } from "../domain.ts";
import { type AddressBook, DomainError } from "./addresses.ts";
import { type JsonProperties, jsonArgument } from "./argument.ts";
import { nicBackendId, nicDeviceId } from "./names.ts";

/** Network devices and what they are plugged into, inside the pod's network namespace. */
export function renderNics(domain: Domain, book: AddressBook): string[] {
  const files = openedFiles(domain);
  return domain.nics.flatMap((nic) => [
    ...jsonArgument("-netdev", { ...renderBackend(nic, files), id: nicBackendId(nic.name) }),
    ...jsonArgument("-device", {
      driver: drivers[nic.model],
      id: nicDeviceId(nic.name),
      netdev: nicBackendId(nic.name),
      ...book.place(nicDeviceId(nic.name)),
      mac: nic.mac,
      host_mtu: nic.model === "virtio" ? nic.mtu : undefined,
      bootindex: nic.bootIndex,
      // The option ROM boots from the network and is of no other use.
      romfile: nic.bootIndex === undefined ? "" : undefined,
    }),
  ]);
}

/** Files that the launcher opens as root and hands to QEMU: path and descriptor number (a POSIX shell opens 3 to 9). */
export function openedFiles(domain: Domain): readonly { readonly path: string; readonly fd: number }[] {
  const paths = domain.nics.flatMap(({ backend }) => (backend.type === "tap-fd" ? [backend.path] : []));
  if (paths.length > 7) {
    throw new DomainError("nic", `Cannot attach ${paths.length} NICs by descriptor: QEMU can be handed 7`);
  }
  return paths.map((path, index) => ({ path, fd: 3 + index }));
}

function renderBackend({ backend }: DomainNic, files: ReturnType<typeof openedFiles>): JsonProperties {
  switch (backend.type) {
    case "tap":
      return { type: "tap", ifname: backend.ifName, script: "no", downscript: "no", vhost: false };
    case "tap-fd":
      return { type: "tap", fd: String(files.find((file) => file.path === backend.path)?.fd), vhost: false };
    case "stream":
      return { type: "stream", server: false, addr: { type: "unix", path: backend.socketPath } };
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
