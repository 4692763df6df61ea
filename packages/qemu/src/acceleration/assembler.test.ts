import assert from "node:assert/strict";
import { test } from "node:test";
import { assemble, doubleWord, jump, word } from "./assembler.ts";

test("assemble() resolves jumps both ways and addresses from the origin", () => {
  const code = assemble(0x7c00, [
    { label: "start" },
    { jump: jump.ifZero, to: "end" },
    [0xbe],
    { address: "end", bytes: 2 },
    { jump: jump.always, to: "start" },
    { label: "end" },
    [0xf4],
  ]);
  assert.deepEqual([...code], [0x74, 5, 0xbe, 0x07, 0x7c, 0xeb, 0xf9, 0xf4]);
});

test("assemble() refuses a jump that reaches too far and a label that is not there", () => {
  const far = [{ jump: jump.always, to: "end" }, Array(200).fill(0x90), { label: "end" }];
  assert.throws(() => assemble(0, far), /reaches too far/);
  assert.throws(() => assemble(0, [{ jump: jump.always, to: "nowhere" }]), /No such label/);
});

test("word() and doubleWord() are little-endian", () => {
  assert.deepEqual(word(0x1234), [0x34, 0x12]);
  assert.deepEqual(doubleWord(0xc0000080), [0x80, 0x00, 0x00, 0xc0]);
});
