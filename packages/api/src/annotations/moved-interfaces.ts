/**
 * Annotations of a launcher pod, of ours: its interfaces whose addresses move into the guest, by a bridge and by a macvtap, with commas
 * between them.
 */
export const movedInterfacesAnnotations = {
  bridge: "network.peapod.io/bridged-interfaces",
  macvtap: "network.peapod.io/macvtap-interfaces",
} as const;
