import assert from "node:assert/strict";
import { test } from "node:test";
import { espType, linuxType, writeBootSector } from "./partition-table.ts";

test("writeBootSector() writes boot code, signature and partitions", () => {
  const sector = writeBootSector(Buffer.from([0xfa, 0x31]), 0x12345678, [
    { type: espType, startSector: 2048, sectors: 100, bootable: true },
    { type: linuxType, startSector: 2148, sectors: 1000, bootable: false },
  ]);
  assert.equal(sector.length, 512);
  assert.equal(sector.toString("hex", 0, 2), "fa31");
  assert.equal(sector.toString("hex", 440, 444), "78563412");
  assert.equal(sector.toString("hex", 446, 462), "80feffffeffeffff0008000064000000");
  assert.equal(sector.toString("hex", 462, 478), "00feffff83feffff64080000e8030000");
  assert.equal(sector.toString("hex", 510), "55aa");
  assert.throws(() => writeBootSector(Buffer.alloc(441), 0, []), /there is room for 440/);
});
