import assert from "node:assert/strict";
import { test } from "node:test";
import { statusOf } from "@peapod/machinery";
import { JournalError } from "../store/journal.ts";
import { storeError } from "./store-error.ts";

test("storeError() says that nothing was stored, or that nobody knows", () => {
  const full = statusOf(storeError(new JournalError("database or disk is full", { outcome: "lost" })));
  assert.deepEqual(
    [full.code, full.reason, full.message],
    [500, "InternalError", "Internal error occurred: the object was not stored: database or disk is full"],
  );
  const dead = statusOf(storeError(new JournalError("the store's writer ended", { outcome: "unknown" })));
  assert.match(dead.message ?? "", /it is not known whether the object was stored/);
});

test("storeError() leaves other errors alone", () => {
  const error = new Error("x");
  assert.equal(storeError(error), error);
});
