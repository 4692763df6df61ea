import assert from "node:assert/strict";
import test from "node:test";
import type { PortTrouble } from "../../host/ports/types.ts";
import { exampleAttachment } from "../../testing/example-attachment.ts";
import { type Loss, planLoss } from "./plan.ts";

const bridged = exampleAttachment({ leaseFile: "/run/peapod/abcdef/1/net/dnsmasq-eth0.leases" });
/** A pod with these links and nothing else to say. */
const pod = (...links: readonly string[]) => ({
  links: new Set(links),
  ports: new Map<string, PortTrouble>(),
  unserved: new Set<string>(),
  unfinished: new Set<string>(),
});
const loss = (links: readonly string[], how: Partial<Loss>): Loss => ({
  name: "default",
  podInterfaceName: "eth0",
  links,
  isCut: false,
  isDetached: false,
  isUnserved: false,
  isUnplugged: false,
  ...how,
});

test("planLoss() misses nothing of an interface that is whole", () => {
  assert.equal(planLoss(bridged, pod("lo", "eth0", "eth0-nic", "k6t-eth0", "tap0")), undefined);
  const passt = {
    ...bridged,
    binding: "passt",
    backend: { type: "stream", socketPath: "/s" },
    leaseFile: undefined,
  } as const;
  assert.equal(planLoss(passt, pod("lo", "eth0")), undefined);
  const macvtap = { ...bridged, binding: "macvtap", backend: { type: "macvtap", ifName: "tap0" } } as const;
  assert.equal(planLoss({ ...macvtap, leaseFile: undefined }, pod("lo", "tap0")), undefined, "it needs no eth0");
});

test("planLoss() takes a bridged pod's own interface for what carries its frames, and not for the one that is for show", () => {
  assert.deepEqual(planLoss(bridged, pod("eth0", "k6t-eth0", "tap0")), loss(["eth0-nic"], { isDetached: true }));
  assert.deepEqual(planLoss(bridged, pod("eth0-nic", "k6t-eth0", "tap0")), loss(["eth0"], {}));
});

test("planLoss() tells the tap, which QEMU holds, from the bridge, on which the guest is served", () => {
  const masquerade = { ...bridged, binding: "masquerade" } as const;
  assert.deepEqual(planLoss(masquerade, pod("eth0", "k6t-eth0")), loss(["tap0"], { isUnplugged: true }));
  assert.deepEqual(planLoss(masquerade, pod("eth0", "tap0")), loss(["k6t-eth0"], { isUnserved: true }));
});

test("planLoss() counts a port that the network lost, a server that died and a mending that was left, with every link in its place", () => {
  const whole = pod("eth0", "eth0-nic", "k6t-eth0", "tap0");
  const port = { is: "forgotten" } as const;
  const cut = planLoss(bridged, { ...whole, ports: new Map([["eth0", port]]) });
  assert.deepEqual(cut, loss([], { port, isCut: true, isDetached: true }));
  assert.deepEqual(planLoss(bridged, { ...whole, unfinished: new Set(["default"]) }), loss([], {}));
  assert.deepEqual(planLoss(bridged, { ...whole, unserved: new Set(["eth0"]) }), loss([], { isUnserved: true }));
});

test("planLoss() has a pod attached again that was taken off its bridge, and not one whose link has to be set up", () => {
  const whole = pod("eth0", "eth0-nic", "k6t-eth0", "tap0");
  const withPort = (port: PortTrouble) => planLoss(bridged, { ...whole, ports: new Map([["eth0", port]]) });
  const loose = { is: "loose", link: "veth1", bridge: "br0" } as const;
  assert.deepEqual(withPort(loose), loss([], { port: loose, isCut: true, isDetached: true }));
  const routed = { is: "down", link: "veth1", next: "attach" } as const;
  assert.deepEqual(withPort(routed), loss([], { port: routed, isCut: true, isDetached: true }));
  for (const next of ["raise", "wait"] as const) {
    const down = { is: "down", link: "veth1", next } as const;
    assert.deepEqual(withPort(down), loss([], { port: down }));
  }
});

test("planLoss() finds a macvtap gone with its parent, and its DHCP server's link", () => {
  const macvtap = { ...bridged, binding: "macvtap", backend: { type: "macvtap", ifName: "tap0" } } as const;
  const gone = loss(["tap0", "k6t-eth0"], { isDetached: true, isUnserved: true, isUnplugged: true });
  assert.deepEqual(planLoss(macvtap, pod("lo")), gone);
});
