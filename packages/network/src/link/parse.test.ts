import assert from "node:assert/strict";
import test from "node:test";
import { parseLinks, parseRoutes } from "./parse.ts";

test("parseLinks() reads what ip says of a tap on a bridge", () => {
  const text = JSON.stringify([
    {
      ifname: "tap0",
      flags: ["BROADCAST", "UP"],
      mtu: 1450,
      master: "k6t-eth0",
      address: "26:67:5b:7a:b7:dc",
      altnames: ["ppabc123v1"],
      linkinfo: { info_kind: "tun", info_data: { type: "tap", user: 1000 } },
      addr_info: [{ family: "inet", local: "10.0.2.1", prefixlen: 24 }, {}],
    },
    {},
  ]);
  assert.deepEqual(parseLinks(text), [
    {
      name: "tap0",
      kind: "tun",
      mode: undefined,
      mac: "26:67:5b:7a:b7:dc",
      mtu: 1450,
      isUp: true,
      master: "k6t-eth0",
      addresses: ["10.0.2.1/24"],
      ownerUid: 1000,
      alternativeNames: ["ppabc123v1"],
    },
  ]);
});

test("parseRoutes() writes every destination as a CIDR and leaves out what leads nowhere, or not always", () => {
  const text = JSON.stringify([
    { dst: "default", gateway: "10.244.0.1", dev: "eth0" },
    { dst: "169.254.1.1", dev: "eth0", scope: "link" },
    { dst: "10.244.0.0/24", dev: "eth0", protocol: "kernel" },
    { type: "blackhole", dst: "10.9.0.0/16" },
    { type: "unicast", dst: "default", gateway: "10.8.0.1", dev: "eth0", table: "500" },
    { type: "unicast", dst: "default", dev: "eth0", table: "main", pref: "medium" },
  ]);
  assert.deepEqual(
    parseRoutes(text).map(({ destination, gateway, isKernel }) => [destination, gateway, isKernel]),
    [
      ["0.0.0.0/0", "10.244.0.1", false],
      ["169.254.1.1/32", undefined, false],
      ["10.244.0.0/24", undefined, true],
      ["::/0", undefined, false],
    ],
  );
  assert.deepEqual(parseRoutes(""), []);
});
