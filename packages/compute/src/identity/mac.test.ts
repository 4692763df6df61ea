import assert from "node:assert/strict";
import { test } from "node:test";
import { interfaceMac } from "./mac.ts";

const owner = { namespace: "default", name: "web" };

test("interfaceMac() stays the same for the same interface of the same VM", () => {
  assert.equal(interfaceMac(owner, "default"), interfaceMac({ ...owner }, "default"));
});

test("interfaceMac() differs between interfaces, VMs and namespaces", () => {
  const macs = [
    interfaceMac(owner, "default"),
    interfaceMac(owner, "second"),
    interfaceMac({ ...owner, name: "db" }, "default"),
    interfaceMac({ ...owner, namespace: "prod" }, "default"),
  ];
  assert.equal(new Set(macs).size, macs.length);
});

test("interfaceMac() is locally administered and unicast, and never the gateway that masquerade reserves", () => {
  const mac = interfaceMac(owner, "default");
  assert.match(mac, /^02(:[0-9a-f]{2}){5}$/);
  assert.notEqual(mac, "02:00:00:00:00:00");
});
