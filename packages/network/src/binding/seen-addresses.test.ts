import assert from "node:assert/strict";
import test from "node:test";
import { parseSeenAddresses, SeenAddresses } from "./seen-addresses.ts";

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

test("SeenAddresses reads once for whatever came since, and again after a minute of nothing", async () => {
  const seen: string[][] = [];
  let answers: readonly string[] = [];
  let reads = 0;
  let ms = 0;
  const addresses = new SeenAddresses({
    read: async () => {
      reads += 1;
      return answers;
    },
    onSeen: (now) => seen.push([...now]),
    onError: (error) => assert.ifError(error),
    now: () => ms,
  });
  const look = async (frames: number): Promise<void> => {
    addresses.look(new Map([["lo", frames]]));
    addresses.look(new Map([["lo", frames]]));
    await new Promise(setImmediate);
  };
  await look(0);
  await look(0);
  assert.deepEqual([reads, seen], [1, []]);
  answers = ["10.7.0.5"];
  await look(3);
  await look(3);
  assert.deepEqual([reads, seen], [2, [["10.7.0.5"]]]);
  ms = 60_000;
  await look(3);
  assert.deepEqual([reads, seen.length], [3, 1]);
});
