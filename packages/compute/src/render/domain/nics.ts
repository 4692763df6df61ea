import type { Interface } from "@peapod/api";
import type { Attachment } from "@peapod/network";
import type { DomainNic } from "@peapod/qemu";

const models = ["virtio", "e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139"] as const;

/**
 * One NIC per interface, in the manifest's order, which fixes their PCI buses. An interface whose state is `absent` has none.
 *
 * @throws {Error} when an interface was not attached
 */
export function renderNics(interfaces: readonly Interface[], attachments: readonly Attachment[]): readonly DomainNic[] {
  return interfaces.filter(({ state }) => state !== "absent").map((nic) => renderNic(nic, attachments));
}

function renderNic(nic: Interface, attachments: readonly Attachment[]): DomainNic {
  const attachment = attachments.find(({ name }) => name === nic.name);
  if (!attachment) throw new Error(`Cannot plug interface "${nic.name}": it was not attached on this node`);
  return {
    name: nic.name,
    model: models.find((model) => model === nic.model) ?? "virtio",
    mac: attachment.mac,
    mtu: attachment.mtu,
    backend: attachment.backend,
    ...(nic.bootOrder && { bootIndex: nic.bootOrder }),
    linkUp: nic.state !== "down",
    ...(nic.pciAddress && { pciAddress: nic.pciAddress }),
  };
}
