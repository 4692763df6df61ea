import assert from "node:assert/strict";
import { test } from "node:test";
import { saidOf } from "../../testing/index.ts";

const root = { name: "root", containerDisk: { image: "example.com/guest:1" } };

test("inputs, display, watchdog and panic devices are of known kinds", () => {
  const at = "spec.domain.devices";
  const devices = {
    inputs: [{ name: "k", type: "keyboard", bus: "ps2" }],
    video: { type: "qxl" },
    autoattachGraphicsDevice: false,
    watchdog: { name: "w", diag288: {} },
    panicDevices: [{ model: "bell" }],
  };
  assert.deepEqual(saidOf({ domain: { devices } }), [
    `${at}.inputs[0].bus: Input device can have only virtio or usb bus.`,
    `${at}.inputs[0].type: Input device can have only tablet type.`,
    `${at}.video: Video configuration is not allowed when autoattachGraphicsDevice is set to false`,
    `${at}.panicDevices[0].model: invalid PanicDeviceModel(bell)`,
    `${at}.watchdog: amd64 only supports I6300ESB watchdog device`,
    `${at}.video.type: video model 'qxl' is not supported on amd64 architecture`,
    `${at}.watchdog.diag288: ${at}.watchdog.diag288 cannot be honoured: s390x guests are yet to come; use i6300esb`,
  ]);
});

test("arm64 has no BIOS, SATA, watchdog or threads", () => {
  const domain = {
    firmware: { bootloader: { bios: {} } },
    cpu: { threads: 2, sockets: 1, cores: 1, model: "cortex-a57" },
    devices: { disks: [{ name: "root", disk: { bus: "sata" } }], watchdog: { name: "w", i6300esb: {} } },
  };
  assert.deepEqual(saidOf({ architecture: "arm64", domain }), [
    "spec.architecture: threads must not be greater than 1 at spec.domain.cpu.threads (got 2) when spec.architecture is arm64",
    "spec.domain.firmware.bootloader.bios: Arm64 does not support bios boot, please change to uefi boot",
    "spec.domain.cpu.model: currently, host-passthrough is the only model supported on Arm64",
    "spec.domain.devices.watchdog: Arm64 not support Watchdog device",
    "spec.domain.devices.disks[0].disk.bus: Arm64 not support this disk bus type, please use virtio or scsi",
  ]);
});

test("lists have their limits", () => {
  const volumes = Array.from({ length: 257 }, (_, index) => ({ name: `v${index}`, emptyDisk: { capacity: "1Mi" } }));
  const sentences = saidOf({ volumes: [root, ...volumes.slice(1)] });
  assert.deepEqual(sentences, [
    "spec.domain.devices.disks: spec.domain.devices.disks list exceeds the 256 element limit in length",
    "spec.volumes: spec.volumes list exceeds the 256 element limit in length",
  ]);
});
