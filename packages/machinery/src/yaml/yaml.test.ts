import assert from "node:assert/strict";
import test from "node:test";
import { formatYaml, parseYaml, parseYamlDocuments } from "./yaml.ts";

test("parseYaml() reads plain words as kubectl does", () => {
  const text = `
bools: [yes, No, on, OFF, y, n, true, False]
octal: [0755, 0o17, -010]
numbers: [0b101, 0x1F, 1_000, 08, +12, .5, 1e3, 1.50, -0x10, 5.]
texts: [2026-01-02, 2026-01-02T03:04:05Z, "12:30:45", 12:30:45, 52:54:00:12:34:56, 1.2.3, 0x, yEs, "yes", 'null', 1e, 10.0.0.1, 0o8]
nulls: [~, null, NULL, ]
`;
  assert.deepEqual(parseYaml(text), {
    bools: [true, false, true, false, true, false, true, false],
    octal: [493, 15, -8],
    numbers: [5, 31, 1000, 8, 12, 0.5, 1000, 1.5, -16, 5],
    texts: [
      "2026-01-02",
      "2026-01-02T03:04:05Z",
      "12:30:45",
      "12:30:45",
      "52:54:00:12:34:56",
      "1.2.3",
      "0x",
      "yEs",
      "yes",
      "null",
      "1e",
      "10.0.0.1",
      "0o8",
    ],
    nulls: [null, null, null],
  });
});

test("parseYaml() makes text of keys, merges, and reads tags", () => {
  const text =
    "n: ~\n080: a\nbase: &b {x: 1, y: 2}\nderived: {<<: *b, x: 3}\ntext: !!str 5\nbytes: !!binary aGVsbG8=\n";
  assert.deepEqual(parseYaml(text), {
    false: null,
    80: "a",
    base: { x: 1, true: 2 },
    derived: { x: 3, true: 2 },
    text: "5",
    bytes: "hello",
  });
});

test("parseYaml() lets the last of duplicate keys win, or refuses them", () => {
  assert.deepEqual(parseYaml("a: 1\na: 2\n"), { a: 2 });
  assert.throws(() => parseYaml("a: 1\na: 2\n", { duplicates: "refuse" }), {
    name: "YamlError",
    message: /line 2: dup/,
  });
});

test("parseYaml() reads JSON, nothing, and one document only", () => {
  assert.deepEqual(parseYaml('{"a": [1, "\\u00fc", true]}'), { a: [1, "ü", true] });
  assert.equal(parseYaml(""), null);
  assert.throws(() => parseYaml("a: 1\n---\nb: 2\n"), { message: "yaml: there is more than one document" });
});

test("parseYaml() says where a text goes wrong", () => {
  assert.throws(() => parseYaml("a: 1\nb: c: d\n"), { name: "YamlError", message: /^yaml: line 2: / });
});

test("parseYaml() refuses to grow a small text into a huge object", () => {
  const lines = ["a0: &a0 [x, x]"];
  for (let i = 1; i < 60; i += 1) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
  assert.throws(() => parseYaml(lines.join("\n")), { name: "YamlError" });
});

test("parseYamlDocuments() leaves out empty documents", () => {
  assert.deepEqual(parseYamlDocuments("---\na: 1\n---\n# nothing\n---\nb: 2\n"), [{ a: 1 }, { b: 2 }]);
});

test("formatYaml() writes what parseYaml() and kubectl read back unchanged", () => {
  const value = {
    words: ["yes", "n", "0755", "0o17", "1e3", "1_000", "2026-01-02", "null", "", " x", "a: b", "# c", "12:30:45"],
    lines: "#!/bin/sh\necho hello\n",
    nested: [{ b: 1, a: [true, null] }],
  };
  const text = formatYaml(value);
  assert.deepEqual(parseYaml(text), value);
  assert.match(
    text,
    /^lines: \|\n {2}#!\/bin\/sh\n {2}echo hello\nnested:\n- a:\n {2}- true\n {2}- null\n {2}b: 1\nwords:\n/,
  );
});
