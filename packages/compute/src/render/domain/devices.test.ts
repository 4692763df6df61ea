import assert from "node:assert/strict";
import { test } from "node:test";
import type { DomainSpec } from "@peapod/api";
import { domain, node, paths } from "../../testing/domain.ts";
import { instance } from "../../testing/index.ts";
import { renderDomain } from "./index.ts";

test("renderDomain() keeps the clock as asked", () => {
  const clock = (value: NonNullable<DomainSpec["clock"]>) => domain({ domain: { devices: {}, clock: value } }).clock;
  assert.deepEqual(clock({ timezone: "Europe/Berlin" }), { base: "localtime", timezone: "Europe/Berlin" });
  assert.deepEqual(clock({ utc: { offsetSeconds: 3600 } }), { base: { offsetSeconds: 3600 } });
  assert.deepEqual(
    clock({
      utc: {},
      timer: {
        hpet: { present: false },
        pit: { tickPolicy: "delay" },
        rtc: { tickPolicy: "catchup", track: "guest" },
      },
    }),
    { base: "utc", hpet: false, rtcTrack: "guest", rtcDrift: "slew", pitPolicy: "delay" },
  );
});

test("renderDomain() attaches only the devices that are wanted", () => {
  const bare = domain({
    domain: {
      devices: { autoattachGraphicsDevice: false, autoattachSerialConsole: false, autoattachMemBalloon: false },
    },
  });
  assert.equal(bare.graphics, undefined);
  assert.equal(bare.serial, undefined);
  assert.equal(bare.balloon, undefined);
  assert.equal(bare.rng, false);
  const full = domain({
    domain: {
      devices: {
        autoattachInputDevice: true,
        video: { type: "virtio" },
        watchdog: { name: "dog", i6300esb: { action: "poweroff" } },
        panicDevices: [{ model: "pvpanic" }],
      },
    },
  });
  assert.deepEqual(full.inputs, [{ name: "default-0", type: "tablet", bus: "usb" }]);
  assert.equal(full.graphics?.video, "virtio");
  assert.deepEqual(full.watchdog, { model: "i6300esb", action: "poweroff" });
  assert.equal(full.panicDevice, "pvpanic");
});

test("renderDomain() reports free pages unless an annotation forbids it", () => {
  const metadata = { annotations: { "kubevirt.io/free-page-reporting-disabled": "true" } };
  const vmi = instance({ metadata });
  assert.deepEqual(renderDomain({ vmi, attachments: [], disks: [], node, paths }).balloon, {
    freePageReporting: false,
  });
});

test("renderDomain() keeps no ports for hot-plug where it is disabled, and more for large guests", () => {
  assert.equal(domain({ domain: { devices: { disableHotplug: true } } }).spareRootPorts, 0);
  assert.equal(domain({ domain: { devices: {}, memory: { guest: "1Gi" } } }).spareRootPorts, 4 + 3);
  assert.equal(domain({ domain: { devices: {}, memory: { guest: "4Gi" } } }).spareRootPorts, 4 + 10);
});
