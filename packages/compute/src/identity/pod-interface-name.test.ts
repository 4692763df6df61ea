import assert from "node:assert/strict";
import { test } from "node:test";
import { podInterfaceName } from "./pod-interface-name.ts";

test("podInterfaceName() is upstream's, within the 15 characters of a link", () => {
  assert.equal(podInterfaceName("red"), "podb1f51a511f1");
  assert.equal(podInterfaceName("a-very-long-network-name").length, 14);
});
