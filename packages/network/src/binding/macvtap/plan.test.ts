import assert from "node:assert/strict";
import test from "node:test";
import type { Link } from "../../link/types.ts";
import { exampleLink } from "../../testing/example-link.ts";
import type { MacvtapPlan } from "../types.ts";
import { planMacvtapUnwiring, planMacvtapWiring } from "./plan.ts";

test("planMacvtapWiring() puts the guest beside the pod's interface, under its MAC, and its DHCP server beside it", () => {
  assert.deepEqual(planMacvtapWiring(plan, [podLink]), {
    make: [
      "link set eth0 address 02:99:0a:f4:00:05",
      "address delete 10.7.0.5/24 dev eth0",
      "link add link eth0 name tap0 type macvtap mode bridge",
      "link set tap0 address 0a:58:0a:f4:00:05 mtu 1500 allmulticast on",
      "link add link eth0 name k6t-eth0 type macvlan mode bridge",
      "link set k6t-eth0 address 02:88:0a:f4:00:05 mtu 1500",
      "address replace 169.254.75.10/32 dev k6t-eth0",
    ],
    raise: ["link set lo up", "link set eth0 up", "link set tap0 up", "link set k6t-eth0 up"],
    tc: [
      "qdisc replace dev tap0 clsact",
      "filter replace dev tap0 egress protocol ip prio 1 handle 800::1 u32 match ip protocol 17 0xff match ip dport 67 0xffff action mirred ingress redirect dev k6t-eth0",
    ],
  });
});

test("planMacvtapWiring() leaves the guest the link-local address of its MAC", () => {
  const { make } = planMacvtapWiring(plan, [{ ...podLink, addresses: ["10.7.0.5/24", "fe80::858:aff:fef4:5/64"] }]);
  assert.deepEqual(
    make.filter((line) => line.includes("fe80")),
    ["address delete fe80::858:aff:fef4:5/64 dev eth0", "address replace fe80::99:aff:fef4:5/64 dev eth0 nodad"],
  );
});

test("planMacvtapWiring() makes nothing twice", () => {
  const after = [{ ...podLink, addresses: [] }, link("tap0"), link("k6t-eth0")];
  const { make } = planMacvtapWiring(plan, after);
  assert.deepEqual(
    make.filter((line) => / (add|delete) /.test(line)),
    [],
  );
  assert.throws(() => planMacvtapWiring(plan, []), /network namespace does not have it/);
});

test("planMacvtapWiring() leaves the address server to the underlay where the pod has no address", () => {
  const { make, tc } = planMacvtapWiring({ ...plan, server: undefined, dhcp: undefined }, [podLink]);
  assert.deepEqual([make.length, tc], [3, []]);
});

test("planMacvtapUnwiring() gives the pod its MAC, address and routes back", () => {
  assert.deepEqual(planMacvtapUnwiring(plan, [podLink, link("tap0")]), [
    "link delete tap0",
    "link set eth0 address 0a:58:0a:f4:00:05",
    "address replace 10.7.0.5/24 dev eth0",
    "route replace 0.0.0.0/0 via 10.7.0.1 dev eth0",
  ]);
  assert.deepEqual(planMacvtapUnwiring(plan, []), []);
});

function link(name: string): Link {
  return exampleLink(name, { kind: "macvlan", mode: "bridge", mac: "0a:58:0a:f4:00:05" });
}

const podLink: Link = { ...link("eth0"), addresses: ["10.7.0.5/24"] };

const plan: MacvtapPlan = {
  name: "default",
  binding: "macvtap",
  podInterface: {
    name: "eth0",
    mac: "0a:58:0a:f4:00:05",
    mtu: 1500,
    addresses: ["10.7.0.5/24"],
    gateways: ["10.7.0.1"],
    routes: [{ destination: "0.0.0.0/0", gateway: "10.7.0.1" }],
  },
  guestMac: "0a:58:0a:f4:00:05",
  podMac: "02:99:0a:f4:00:05",
  mtu: 1500,
  sysctls: [],
  nft: "",
  nftTables: [],
  ipAddresses: ["10.7.0.5"],
  tapName: "tap0",
  server: { name: "k6t-eth0", mac: "02:88:0a:f4:00:05", address: "169.254.75.10/32" },
};
