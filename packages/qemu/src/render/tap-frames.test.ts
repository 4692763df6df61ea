import assert from "node:assert/strict";
import { test } from "node:test";
import { tapFrames } from "./tap-frames.ts";

test("tapFrames() follows what the guest's driver has taken", () => {
  const modern = ["VIRTIO_F_VERSION_1", "VIRTIO_NET_F_GUEST_CSUM", "VIRTIO_NET_F_GUEST_TSO4", "VIRTIO_NET_F_MAC"];
  assert.deepEqual(tapFrames("virtio", new Set(modern)), { headerBytes: 12, offloads: 3 });
  const old = ["VIRTIO_NET_F_GUEST_TSO4"];
  assert.deepEqual(tapFrames("virtio", new Set(old)), { headerBytes: 10, offloads: 0 }, "no TSO without checksums");
  assert.deepEqual(tapFrames("virtio", new Set(["VIRTIO_NET_F_MRG_RXBUF"])), { headerBytes: 12, offloads: 0 });
});

test("tapFrames() asks the kernel for whole frames where nothing is known, or the NIC knows no others", () => {
  assert.deepEqual(tapFrames("virtio", undefined), { headerBytes: 12, offloads: 0 });
  assert.deepEqual(tapFrames("e1000", undefined), { headerBytes: 10, offloads: 0 });
});
