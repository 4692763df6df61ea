import assert from "node:assert/strict";
import test from "node:test";
import type { Link } from "../../link/types.ts";
import { planBridged } from "../../testing/plan-bridged.ts";
import type { BridgedPlan } from "../types.ts";
import { planUnwiring, planWiring } from "./plan.ts";

test("planWiring() of masquerade makes bridge and tap beside the pod's interface", () => {
  assert.deepEqual(planWiring(plan("masquerade"), [link("eth0")]), {
    make: [
      "tuntap add dev tap0 mode tap user 1000 vnet_hdr",
      "link add k6t-eth0 address 02:00:00:00:00:00 mtu 1450 type bridge stp_state 0 forward_delay 0",
      "link set tap0 mtu 1450 master k6t-eth0",
      "address replace 10.0.2.1/24 dev k6t-eth0",
    ],
    raise: ["link set lo up", "link set tap0 up", "link set k6t-eth0 up"],
  });
});

test("planWiring() of bridge moves the pod's interface aside and leaves a stand-in", () => {
  const { make, raise } = planWiring(plan("bridge"), [link("eth0")]);
  assert.deepEqual(make, [
    "link set eth0 down",
    "address flush dev eth0",
    "link set eth0 name eth0-nic address 02:99:0a:f4:00:05",
    "tuntap add dev tap0 mode tap user 1000 vnet_hdr",
    "link add k6t-eth0 address 02:88:0a:f4:00:05 mtu 1450 type bridge stp_state 0 forward_delay 0",
    "link set tap0 mtu 1450 master k6t-eth0",
    "address replace 169.254.75.10/32 dev k6t-eth0",
    "link set eth0-nic address 02:99:0a:f4:00:05 master k6t-eth0",
    "link set eth0-nic type bridge_slave learning off",
    "link add eth0 address 0a:58:0a:f4:00:05 mtu 1450 type dummy",
    "address replace 10.244.0.5/24 dev eth0",
  ]);
  assert.deepEqual(raise.at(-1), "link set k6t-eth0 up");
});

test("planWiring() makes nothing twice, and replaces a tap that belongs to somebody else", () => {
  const all = ["eth0", "eth0-nic", "k6t-eth0"].map((name) => link(name));
  const again = planWiring(plan("bridge"), [...all, { ...link("tap0"), ownerUid: 1000 }]);
  assert.deepEqual(
    again.make.filter((line) => / (add|down|flush|name) /.test(line)),
    [],
  );
  const other = planWiring(plan("bridge"), [...all, { ...link("tap0"), ownerUid: 107 }]);
  assert.deepEqual(other.make.slice(0, 2), ["link delete tap0", "tuntap add dev tap0 mode tap user 1000 vnet_hdr"]);
});

test("planWiring() gives a tap that QEMU has already the name of the one that went", () => {
  const links = [link("eth0"), link("k6t-eth0"), { ...link("new0"), ownerUid: 1000 }];
  assert.equal(planWiring(plan("masquerade"), links).make[0], "link set new0 name tap0");
});

test("planWiring() never takes the stand-in for the pod's interface", () => {
  const { make } = planWiring(plan("bridge"), [link("eth0"), link("eth0-nic")]);
  assert.ok(!make.some((line) => line.startsWith("link set eth0 ")));
  assert.throws(() => planWiring(plan("bridge"), []), /network namespace does not have it/);
});

test("planUnwiring() undoes what there is and gives the pod its interface back", () => {
  assert.deepEqual(planUnwiring(plan("bridge"), [link("eth0")]), []);
  const links = ["eth0", "eth0-nic", "k6t-eth0", "tap0"].map((name) => link(name));
  assert.deepEqual(planUnwiring(plan("bridge"), links), [
    "link delete tap0",
    "link delete k6t-eth0",
    "link delete eth0",
    "link set eth0-nic down",
    "link set eth0-nic name eth0 address 0a:58:0a:f4:00:05",
    "address replace 10.244.0.5/24 dev eth0",
    "link set eth0 up",
    "route replace 0.0.0.0/0 via 10.244.0.1 dev eth0",
  ]);
  assert.deepEqual(planUnwiring(plan("masquerade"), [link("eth0"), link("tap0")]), ["link delete tap0"]);
});

function plan(binding: "bridge" | "masquerade"): BridgedPlan {
  return planBridged({
    interfaceSpec: { name: "default", [binding]: {} },
    network: { name: "default", pod: {} },
    podInterface: {
      name: "eth0",
      mac: "0a:58:0a:f4:00:05",
      mtu: 1450,
      addresses: ["10.244.0.5/24"],
      gateways: ["10.244.0.1"],
      routes: [{ destination: "0.0.0.0/0", gateway: "10.244.0.1" }],
    },
    index: 0,
    mac: "02:00:aa:00:bb:cc",
    hostname: "web",
    dns: { nameservers: [], search: [] },
    uid: 1000,
    standIn: "dummy",
  });
}

function link(name: string): Link {
  return {
    name,
    kind: undefined,
    mac: "",
    mtu: 1450,
    isUp: true,
    master: undefined,
    addresses: [],
    ownerUid: undefined,
    alternativeNames: [],
  };
}
