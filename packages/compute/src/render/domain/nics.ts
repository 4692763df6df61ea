import type { Interface } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import type { Attachment } from "@peapod/network";
import type { DomainNic } from "@peapod/qemu";
import type { NodeFacts } from "./facts.ts";

const models = ["virtio", "e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139"] as const;

/**
 * One NIC per interface, in the manifest's order, which fixes their PCI buses. An interface whose state is `absent` has none.
 *
 * @throws {InvalidSpecError} when this node's QEMU does not have the model
 * @throws {Error} when an interface was not attached
 */
export function renderNics(
  interfaces: readonly Interface[],
  attachments: readonly Attachment[],
  node: Pick<NodeFacts, "qemuVersion">,
): readonly DomainNic[] {
  return interfaces.flatMap((nic, index) => {
    if (nic.state === "absent") return [];
    if (nic.model === "igb") refuseIgb(nic, index, node);
    return [renderNic(nic, attachments)];
  });
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
    ...(nic.acpiIndex && { acpiIndex: nic.acpiIndex }),
  };
}

/** The one model that came late: with QEMU 8.0. */
function refuseIgb({ name }: Interface, index: number, { qemuVersion }: Pick<NodeFacts, "qemuVersion">): void {
  const major = Number.parseInt(qemuVersion, 10);
  if (!(major < 8)) return;
  throw new InvalidSpecError(
    `Cannot give interface "${name}" the model igb: this node has QEMU ${qemuVersion}, and igb came with 8.0`,
    { path: `spec.domain.devices.interfaces[${index}].model`, advice: "Use e1000e or virtio" },
  );
}
