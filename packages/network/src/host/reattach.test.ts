import assert from "node:assert/strict";
import test from "node:test";
import { exampleLink } from "../testing/example-link.ts";
import { findMissing, planRoom } from "./reattach.ts";

const link = (name: string, kind = "veth") => exampleLink(name, { kind });

test("planRoom() takes away what stands in for an interface that is gone, and nothing that is real", () => {
  assert.deepEqual(planRoom([link("lo"), link("eth0", "dummy")], "eth0", false), ["link delete eth0"]);
  assert.deepEqual(planRoom([link("eth0"), link("eth0-peer")], "eth0", false), ["link delete eth0"]);
  assert.deepEqual(planRoom([link("eth0")], "eth0", false), [], "attached again by an attempt that died");
  assert.deepEqual(planRoom([link("lo")], "eth0", false), []);
});

test("planRoom() gives a moved interface its name back where its network lost it, and leaves it alone else", () => {
  const links = [link("eth0"), link("eth0-peer"), link("eth0-nic")];
  assert.deepEqual(planRoom(links, "eth0", true), [
    "link delete eth0",
    "link set eth0-nic down nomaster",
    "link set eth0-nic name eth0",
  ]);
  assert.deepEqual(planRoom(links, "eth0", false), []);
  assert.deepEqual(planRoom([link("eth0")], "eth0", true), []);
});

test("findMissing() names the link that macvlan wants, unless a plugin before it makes it", () => {
  const macvlan = { type: "macvlan", master: "ens192" };
  const network = { name: "lan", cniVersion: "1.0.0", plugins: [macvlan], disableCheck: false };
  const none = new Set<string>();
  assert.deepEqual(findMissing(network, new Set(["lo"]), none), { what: "parent interface", link: "ens192" });
  assert.equal(findMissing(network, new Set(["lo", "ens192"]), none), undefined);
  const made = { ...network, plugins: [{ type: "ifacer", interfaces: ["ens1"], vlanID: 5 }, macvlan] };
  assert.equal(findMissing(made, new Set(["lo"]), none), undefined);
});

test("findMissing() names a user's bridge, and not one that its plugin makes", () => {
  const plugins = [{ type: "bridge", bridge: "br0" }, { type: "tuning" }];
  const network = { name: "lan", cniVersion: "1.0.0", plugins, disableCheck: false };
  assert.deepEqual(findMissing(network, new Set(["lo"]), new Set(["br1"])), { what: "bridge", link: "br0" });
  assert.equal(findMissing(network, new Set(["lo"]), new Set(["br0"])), undefined);
  assert.equal(findMissing(network, new Set(["br0"]), new Set()), undefined);
});
