import assert from "node:assert/strict";
import { test } from "node:test";
import { trimAliases, withoutSignature } from "./trim-modules.ts";

test("trimAliases() keeps what QEMU can show, and whatever goes by class", () => {
  const kept = [
    "alias pci:v00001AF4d00001000sv*sd*bc*sc*i* virtio_pci",
    "alias pci:v00008086d00002922sv*sd*bc*sc*i* ahci",
    "alias pci:v*d*sv*sd*bc01sc06i01* ahci",
    "alias usb:v*p*d*dc*dsc*dp*ic08isc06ip50in* usb_storage",
    "alias acpi*:QEMU0001:* pvpanic_mmio",
    "",
  ];
  const dropped = [
    "alias pci:v00008086d00001C02sv*sd*bc*sc*i* ahci",
    "alias pci:v000010DEd0000044Csv*sd*bc*sc*i* ahci",
    "alias usb:v0781p0001d0200dc*dsc*dp*ic*isc*ip*in* usb_storage",
  ];
  assert.equal(trimAliases([...dropped, ...kept].join("\n")), kept.join("\n"));
});

test("withoutSignature() cuts off exactly what was appended", () => {
  const module = Buffer.from("the module");
  const information = Buffer.alloc(12);
  information.writeUInt32BE(3, 8);
  const signed = Buffer.concat([module, Buffer.from("sig"), information, Buffer.from("~Module signature appended~\n")]);
  assert.ok(withoutSignature(signed).equals(module));
  assert.ok(withoutSignature(module).equals(module));
});
