import assert from "node:assert/strict";
import { test } from "node:test";
import { goQuote } from "./go-quote.ts";

test("goQuote() escapes what Go's %q escapes, and nothing else", () => {
  assert.equal(goQuote('a"b\\c\nd\x00é<>'), '"a\\"b\\\\c\\nd\\x00é<>"');
  assert.equal(goQuote("\u200b"), '"\\u200b"');
  assert.equal(goQuote("\u{e0001}"), '"\\U000e0001"');
});
