import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";
import { advertisedAddress } from "./advertised-address.ts";

const has = (address: string, internal = false): NetworkInterfaceInfo[] => [
  { address, family: "IPv4", internal, netmask: "255.255.255.0", mac: "02:00:00:00:00:01", cidr: `${address}/24` },
];

test("advertisedAddress() is the address listened on, or the machine's first of its own", () => {
  assert.equal(advertisedAddress("192.0.2.1", 6443, {}), "192.0.2.1:6443");
  assert.equal(advertisedAddress("127.0.0.1", 6443, {}), "127.0.0.1:6443");
  const interfaces = { lo: has("127.0.0.1", true), ppab12cdbr: has("10.244.0.1"), eth0: has("192.0.2.7") };
  assert.equal(advertisedAddress("0.0.0.0", 7443, interfaces), "192.0.2.7:7443");
  assert.equal(advertisedAddress("0.0.0.0", 7443, { lo: has("127.0.0.1", true) }), undefined);
  assert.equal(advertisedAddress("::1", 7443, interfaces), undefined);
});
