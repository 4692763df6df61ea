import type { VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import type { Attachment } from "@peapod/network";
import type { GuestInterface } from "@peapod/qemu/node";
import type { GuestFacts } from "../types.ts";

type InterfaceStatus = NonNullable<VirtualMachineInstanceStatus["interfaces"]>[number];

/**
 * Every interface with the addresses it really has: the primary one first, then the others as the spec lists them, then up to ten
 * that only the guest knows (its own bridges and tunnels).
 */
export function renderInterfaces(
  vmi: VirtualMachineInstance,
  { attachments, agent, seenAddresses }: Pick<GuestFacts, "attachments" | "agent" | "seenAddresses">,
): readonly InterfaceStatus[] {
  const { networks = [], domain } = vmi.spec;
  const states = new Map((domain.devices.interfaces ?? []).map(({ name, state }) => [name, state]));
  const isPrimary = (name: string): boolean =>
    networks.some(
      (network) => network.name === name && (network.pod !== undefined || network.multus?.default === true),
    );
  const ordered = [
    ...attachments.filter(({ name }) => isPrimary(name)),
    ...attachments.filter(({ name }) => !isPrimary(name)),
  ];
  const seen = agent?.interfaces ?? [];
  const plugged = ordered.map((attachment) => {
    const inGuest = seen.find(({ mac }) => mac?.toLowerCase() === attachment.mac.toLowerCase());
    const addresses = addressesOf(attachment, inGuest, seenAddresses?.get(attachment.name));
    return {
      ...(addresses[0] && { ipAddress: addresses[0], ipAddresses: addresses }),
      mac: attachment.mac,
      name: attachment.name,
      podInterfaceName: attachment.podInterfaceName,
      ...(inGuest && { interfaceName: inGuest.name }),
      infoSource: [
        "domain",
        ...(inGuest ? ["guest-agent"] : []),
        ...(isPrimary(attachment.name) ? [] : ["multus-status"]),
      ].join(", "),
      linkState: states.get(attachment.name) === "down" ? "down" : "up",
      queueCount: 1,
    };
  });
  const macs = new Set(attachments.map(({ mac }) => mac.toLowerCase()));
  const others = seen
    .filter(({ name, mac }) => name !== "lo" && mac !== undefined && !macs.has(mac.toLowerCase()))
    .slice(0, 10);
  return [...plugged, ...others.map(renderGuestOnly)];
}

/** Behind masquerade the guest's own address means nothing to anybody else; the pod's does. The agent knows best, then the wire. */
function addressesOf(
  attachment: Attachment,
  inGuest: GuestInterface | undefined,
  onWire: readonly string[] = [],
): readonly string[] {
  const own = inGuest ? routable(inGuest) : [];
  if (attachment.binding !== "masquerade" && own.length > 0) return own;
  return attachment.ipAddresses.length > 0 ? attachment.ipAddresses : onWire;
}

function renderGuestOnly(inGuest: GuestInterface): InterfaceStatus {
  const addresses = routable(inGuest);
  return {
    ...(addresses[0] && { ipAddress: addresses[0], ipAddresses: addresses }),
    ...(inGuest.mac && { mac: inGuest.mac }),
    interfaceName: inGuest.name,
    infoSource: "guest-agent",
  };
}

/** Without IPv6 link-local addresses; IPv4 first. */
function routable({ addresses }: GuestInterface): readonly string[] {
  const kept = addresses.filter(({ address, family }) => family === "ipv4" || !/^fe[89ab]/i.test(address));
  return [...kept.filter(({ family }) => family === "ipv4"), ...kept.filter(({ family }) => family === "ipv6")].map(
    ({ address }) => address,
  );
}
