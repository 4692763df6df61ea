import assert from "node:assert/strict";
import test from "node:test";
import { parseSeenAddresses } from "./seen-addresses.ts";

test("parseSeenAddresses() puts what was seen last first, and leaves out link-local ones", () => {
  const nftables = [
    { metainfo: { json_schema_version: 1 } },
    { table: { family: "bridge", name: "peapod_eth0" } },
    {
      set: {
        name: "ipv4",
        elem: [
          { elem: { val: "10.7.0.5", timeout: 3600, expires: 3000 } },
          { elem: { val: "10.7.0.6", timeout: 3600, expires: 3599 } },
        ],
      },
    },
    {
      set: {
        name: "ipv6",
        elem: [
          { elem: { val: "fe80::1", timeout: 3600, expires: 3600 } },
          { elem: { val: "fd07::5", timeout: 3600, expires: 20 } },
        ],
      },
    },
    { set: { name: "empty" } },
  ];
  assert.deepEqual(parseSeenAddresses(JSON.stringify({ nftables })), ["10.7.0.6", "10.7.0.5", "fd07::5"]);
});
