import assert from "node:assert/strict";
import test from "node:test";
import type { Link } from "../../link/types.ts";
import { exampleLink as link } from "../../testing/example-link.ts";
import { type Attached, planPorts } from "./plan.ts";

const ownBridge = "ppab12cdbr";
const bridge = (name: string, how: Partial<Link> = {}) => link(name, { kind: "bridge", ...how });
const attached = (plugin: { readonly type: string; readonly bridge?: string }, ...hostSide: readonly string[]) => {
  const inPod = { name: "eth0", sandbox: "/run/netns/pod" };
  const interfaces = [...hostSide.map((name) => ({ name })), inPod];
  return { attachment: { containerId: "pod", ifName: "eth0" }, network: { plugins: [plugin] }, result: { interfaces } };
};
const onBridge = (name: string) => attached({ type: "bridge", bridge: name }, name, "veth1");
const troubleOf = (one: Attached, ...links: readonly Link[]) =>
  planPorts([one], links, ownBridge).get("pod")?.get("eth0");

test("planPorts() finds nothing wrong with ports that are up on a bridge that is", () => {
  assert.equal(troubleOf(onBridge("br0"), bridge("br0"), link("veth1", { master: "br0" })), undefined);
  const elsewhere = [bridge("br0"), bridge("br1"), link("veth1", { master: "br1" })];
  assert.equal(troubleOf(onBridge("br0"), ...elsewhere), undefined, "somebody wants it there");
});

test("planPorts() names the bridge that a port was taken off, whether the bridge is there or not", () => {
  const loose = { is: "loose", link: "veth1", bridge: "br0" };
  assert.deepEqual(troubleOf(onBridge("br0"), bridge("br0"), link("veth1")), loose);
  assert.deepEqual(troubleOf(onBridge("br0"), link("veth1", { isUp: false })), loose);
});

test("planPorts() has a switch's port set up again, and what the kernel routes to attached again", () => {
  const down = { is: "down", link: "veth1" };
  const port = (master: string) => link("veth1", { master, isUp: false });
  assert.deepEqual(troubleOf(onBridge("br0"), bridge("br0"), port("br0")), { ...down, next: "raise" });
  const ovs = attached({ type: "ovs", bridge: "br1" }, "veth1");
  const datapath = link("ovs-system", { kind: "openvswitch", isUp: false });
  assert.deepEqual(troubleOf(ovs, datapath, port("ovs-system")), { ...down, next: "raise" });
  assert.deepEqual(troubleOf(attached({ type: "ptp" }, "veth1"), link("veth1", { isUp: false })), {
    ...down,
    next: "attach",
  });
});

test("planPorts() sets up a bridge that is ours, leaves a plugin's to its plugin, and waits for a user's", () => {
  const next = (name: string, how: Partial<Link> = {}) =>
    troubleOf(onBridge(name), bridge(name, { isUp: false, ...how }), link("veth1", { master: name }));
  assert.deepEqual(next(ownBridge), { is: "down", link: ownBridge, next: "raise" });
  const alternativeNames = ["ppab12cd-made-br1"];
  assert.deepEqual(next("br1", { alternativeNames }), { is: "down", link: "br1", next: "attach" });
  assert.deepEqual(next("br0"), { is: "down", link: "br0", next: "wait" });
});

test("planPorts() leaves alone what has no end on the node, what is not finished, and the down datapath of a switch", () => {
  assert.equal(troubleOf(attached({ type: "macvlan" }), link("ens192", { isUp: false })), undefined);
  assert.equal(troubleOf({ ...onBridge("br0"), result: undefined }, link("veth1")), undefined);
  assert.equal(troubleOf(onBridge("br0"), bridge("br0")), undefined, "a pair that is gone is missed in the pod");
  const datapath = link("ovs-system", { kind: "openvswitch", isUp: false });
  assert.equal(
    troubleOf(attached({ type: "ovs" }, "veth1"), datapath, link("veth1", { master: "ovs-system" })),
    undefined,
  );
});
