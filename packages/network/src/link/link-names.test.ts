import assert from "node:assert/strict";
import test from "node:test";
import { parseLinkTable, readLinks } from "./link-names.ts";

test("parseLinkTable() reads names and received frames, however wide the columns are", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     840      10    0    0    0     0          0         0      840      10    0    0    0     0       0          0
eth0-nic:1234567890123 99 0    0    0     0          0         0        0       0    0    0    0     0       0          0
`;
  assert.deepEqual(
    [...parseLinkTable(text)],
    [
      ["lo", 10],
      ["eth0-nic", 99],
    ],
  );
});

test("readLinks() sees a process's namespace, and that there is no such process", () => {
  assert.ok(readLinks("self")?.has("lo"));
  assert.equal(readLinks(0x7fffffff), undefined);
});
