import type { DomainNic } from "../domain.ts";

/** How frames look that a tap hands to a guest's NIC and takes from it. */
export interface TapFrames {
  /** Of the header before each frame. */
  readonly headerBytes: 10 | 12;
  /** `TUN_F_…`: what frames to the guest may leave undone. */
  readonly offloads: number;
}

/** `VIRTIO_NET_F_GUEST_…` → `TUN_F_…` (linux/if_tun.h) */
const offloadBits = {
  VIRTIO_NET_F_GUEST_CSUM: 0x01,
  VIRTIO_NET_F_GUEST_TSO4: 0x02,
  VIRTIO_NET_F_GUEST_TSO6: 0x04,
  VIRTIO_NET_F_GUEST_ECN: 0x08,
} as const;

/**
 * What QEMU has told a guest's tap, as its NIC and its driver have agreed.
 *
 * @param features  names that the driver has taken; undefined: not known, and a driver of this century is meant
 */
export function tapFrames(model: DomainNic["model"], features: ReadonlySet<string> | undefined): TapFrames {
  if (model !== "virtio") return { headerBytes: 10, offloads: 0 };
  if (!features) return { headerBytes: 12, offloads: 0 };
  const isLong = features.has("VIRTIO_F_VERSION_1") || features.has("VIRTIO_NET_F_MRG_RXBUF");
  // Nothing else may be left undone where checksums may not.
  const taken = Object.entries(offloadBits).filter(([name]) => features.has(name));
  const offloads = features.has("VIRTIO_NET_F_GUEST_CSUM") ? taken.reduce((all, [, bit]) => all | bit, 0) : 0;
  return { headerBytes: isLong ? 12 : 10, offloads };
}
