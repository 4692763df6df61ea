import assert from "node:assert/strict";
import test from "node:test";
import { sharesMac } from "./pod-mac.ts";

test("sharesMac() knows networks whose interfaces have no MAC of their own", () => {
  const network = (...types: string[]) => ({
    name: "n",
    cniVersion: "1.0.0",
    disableCheck: false,
    plugins: types.map((type) => ({ type })),
  });
  assert.equal(sharesMac(network("ifacer", "ipvlan", "coordinator")), true);
  assert.equal(sharesMac(network("macvlan", "coordinator")), false);
});
