import assert from "node:assert/strict";
import { test } from "node:test";
import { LineSplitter } from "./lines.ts";

test("LineSplitter gives whole lines wherever the chunks end", () => {
  const splitter = new LineSplitter();
  assert.deepEqual(text(splitter.push(Buffer.from('{"a"'))), []);
  assert.deepEqual(text(splitter.push(Buffer.from(":1}\r\n\n{"))), ['{"a":1}']);
  assert.deepEqual(text(splitter.push(Buffer.from("}\nx\n"))), ["{}", "x"]);
});

test("LineSplitter keeps a character that two chunks share", () => {
  const splitter = new LineSplitter();
  const bytes = Buffer.from("ä\n");
  splitter.push(bytes.subarray(0, 1));
  assert.deepEqual(text(splitter.push(bytes.subarray(1))), ["ä"]);
});

test("LineSplitter refuses a line without end", () => {
  const splitter = new LineSplitter(10);
  assert.throws(() => splitter.push(Buffer.alloc(11, "x")), /longer than 10 bytes/);
});

function text(lines: Buffer[]): string[] {
  return lines.map((line) => line.toString("utf8"));
}
