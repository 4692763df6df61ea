import assert from "node:assert/strict";
import test from "node:test";
import { bridgeOverSentence } from "@peapod/api";
import { renderDnsmasqConfig } from "../render/dnsmasq.ts";
import { planBridged } from "../testing/plan-bridged.ts";
import { dnsmasqFiles } from "./dnsmasq.ts";
import { planBinding } from "./plan.ts";
import type { BindingRequest, BridgedPlan } from "./types.ts";

test("planBinding() of masquerade gives the guest a private network behind the pod's address", () => {
  const plan = planBridged(request({ masquerade: {} }));
  assert.equal(plan.guestMac, "02:00:aa:00:bb:cc");
  assert.deepEqual(plan.bridge, { name: "k6t-eth0", mac: "02:00:00:00:00:00", address: "10.0.2.1/24" });
  assert.equal(plan.tapName, "tap0");
  assert.equal(plan.nic, undefined);
  assert.deepEqual(plan.ipAddresses, ["10.244.0.5"]);
  assert.equal(
    plan.nft,
    `add table ip peapod_eth0
delete table ip peapod_eth0
table ip peapod_eth0 {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname { "eth0", "veth0" } jump to_guest
  }
  chain output {
    type nat hook output priority -100;
    ip daddr 127.0.0.1 dnat to 10.0.2.2
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr 10.0.2.2 masquerade
    oifname "k6t-eth0" jump from_pod
  }
  chain to_guest {
    dnat to 10.0.2.2
  }
  chain from_pod {
    ip saddr 127.0.0.1 snat to 10.0.2.1
  }
  chain to_server {
    type filter hook input priority filter;
    iifname "k6t-eth0" udp dport 67 @th,1984,24 0x350104 drop
  }
}
`,
  );
});

test("planBinding() of masquerade forwards listed ports alone, by protocol", () => {
  const ports = [{ port: 80 }, { port: 443, protocol: "TCP" }, { port: 53, protocol: "UDP" }, { port: 80 }];
  const { nft } = planBridged(request({ masquerade: {}, ports, portRanges: [{ start: 8000, end: 8010 }] }));
  assert.match(
    nft,
    /chain to_guest \{\n {4}tcp dport \{ 80, 443, 8000-8010 \} dnat to 10\.0\.2\.2\n {4}udp dport \{ 53 \} dnat to 10\.0\.2\.2\n/,
  );
  assert.match(nft, /ip daddr 127\.0\.0\.1 udp dport \{ 53 \} dnat/);
  assert.match(nft, /ip saddr 127\.0\.0\.1 tcp dport \{ 80, 443, 8000-8010 \} snat to 10\.0\.2\.1/);
});

test("planBinding() of masquerade takes MAC and network from the spec", () => {
  const base = request({ masquerade: {}, macAddress: "02:AB:00:00:00:01" });
  const plan = planBridged({ ...base, network: { name: "default", pod: { vmNetworkCIDR: "192.168.100.0/30" } } });
  assert.equal(plan.guestMac, "02:ab:00:00:00:01");
  assert.deepEqual([plan.bridge.address, plan.dhcp?.ipv4?.address], ["192.168.100.1/30", "192.168.100.2"]);
  for (const vmNetworkCIDR of ["192.168.100.0/31", "nonsense", "fd00::/64"]) {
    assert.throws(() => planBinding({ ...base, network: { name: "default", pod: { vmNetworkCIDR } } }), {
      name: "InvalidSpecError",
      path: "spec.networks[0].pod.vmNetworkCIDR",
    });
  }
});

test("planBinding() writes the manifest's MAC address as QEMU reads it, for every binding", () => {
  const macOf = (binding: object): string =>
    planBinding(request({ ...binding, macAddress: "02AB.0000.0001" })).guestMac;
  assert.equal(macOf({ masquerade: {} }), "02:ab:00:00:00:01");
  assert.equal(macOf({ bridge: {} }), "02:ab:00:00:00:01");
  assert.equal(macOf({ passt: {} }), "02:ab:00:00:00:01");
  assert.equal(macOf({ macvtap: {} }), "02:ab:00:00:00:01");
});

test("planBinding() of bridge moves the pod's MAC and address into the guest", () => {
  const plan = planBridged(request({ bridge: {} }));
  assert.equal(plan.guestMac, "0a:58:0a:f4:00:05");
  assert.deepEqual(plan.nic, { name: "eth0-nic", mac: "02:99:0a:f4:00:05" });
  assert.deepEqual(plan.bridge, { name: "k6t-eth0", mac: "02:88:0a:f4:00:05", address: "169.254.75.10/32" });
  assert.deepEqual(plan.standIn, { kind: "veth", peerName: "eth0-peer" });
  assert.deepEqual(plan.nftTables, ["bridge peapod_eth0", "netdev peapod_eth0"]);
  assert.match(plan.nft, /iifname "eth0-nic" ether type ip udp dport \{ 67, 68 \} drop/);
  assert.equal(
    config(plan),
    `port=0
no-resolv
no-hosts
no-ping
quiet-dhcp
pid-file=/r/net/dnsmasq-eth0.pid
log-facility=/r/net/dnsmasq-eth0.log
dhcp-leasefile=/r/net/dnsmasq-eth0.leases
interface=k6t-eth0
except-interface=lo
bind-dynamic
dhcp-ignore=tag:!known
dhcp-range=10.244.0.0,static,255.255.255.0,infinite
shared-network=k6t-eth0,10.244.0.0
dhcp-host=0a:58:0a:f4:00:05,10.244.0.5,web,infinite
dhcp-option=3,10.244.0.1
dhcp-option=121,0.0.0.0/0,10.244.0.1
dhcp-option=option:mtu,1450
dhcp-option=6,10.96.0.10
dhcp-option=15,"sub.default.svc.cluster.local"
dhcp-option=option:domain-search,sub.default.svc.cluster.local,default.svc.cluster.local,cluster.local
`,
  );
});

test("planBinding() of bridge names links of secondary interfaces within 15 characters", () => {
  const base = request({ bridge: {} });
  const plan = planBridged({ ...base, index: 1, podInterface: { ...base.podInterface, name: "pod37a8eec1ce1" } });
  const names = [plan.tapName, plan.bridge.name, plan.nic?.name, plan.standIn?.peerName];
  assert.deepEqual(names, ["tap37a8eec1ce1", "k6t-37a8eec1ce1", "37a8eec1ce1-nic", "37a8eec1ce1-pr"]);
  assert.equal(plan.bridge.address, "169.254.75.11/32");
});

test("planBinding() of bridge hands on all routes of the pod, a far gateway with the way to it", () => {
  const routes = [
    { destination: "0.0.0.0/0", gateway: "169.254.1.1" },
    { destination: "10.9.0.0/16", gateway: "10.244.0.7" },
    { destination: "10.8.0.0/16" },
  ];
  const base = request({ bridge: {} });
  const plan = planBridged({ ...base, podInterface: { ...base.podInterface, gateways: ["169.254.1.1"], routes } });
  assert.equal(plan.dhcp?.ipv4?.router, undefined);
  assert.match(config(plan), /^dhcp-option=3$/m);
  assert.match(
    config(plan),
    /^dhcp-option=121,10\.8\.0\.0\/16,0\.0\.0\.0,169\.254\.1\.1\/32,0\.0\.0\.0,10\.9\.0\.0\/16,10\.244\.0\.7,0\.0\.0\.0\/0,169\.254\.1\.1$/m,
  );
});

test("planBinding() of bridge is layer 2 alone where the pod has no IPv4 address", () => {
  const base = request({ bridge: {} });
  const plan = planBridged({
    ...base,
    podInterface: { ...base.podInterface, addresses: [], gateways: [], routes: [] },
  });
  assert.deepEqual([plan.dhcp, plan.ipAddresses, plan.addressWatch], [undefined, [], "netdev peapod_eth0"]);
  assert.doesNotMatch(plan.nft, / drop$/m);
});

test("planBinding() asks a name server that everybody reaches where the pod is told of none", () => {
  const plan = planBridged({ ...request({ bridge: {} }), dns: { nameservers: [], search: [] } });
  assert.deepEqual([plan.dhcp?.ipv4?.nameservers, plan.dhcp?.domain], [["8.8.8.8"], undefined]);
});

test("planBinding() of masquerade gives the guest IPv6 where its pod has it", () => {
  const plan = planBridged(dualStack({ masquerade: {} }));
  assert.equal(plan.bridge.ipv6Address, "fd10:0:2::1/120");
  assert.deepEqual(plan.nftTables, ["ip peapod_eth0", "ip6 peapod_eth0"]);
  assert.match(plan.nft, /ip6 saddr fd10:0:2::\/120 masquerade/);
  assert.match(plan.nft, /dnat to fd10:0:2::2\n/);
  const text = config(plan);
  for (const line of [
    "enable-ra",
    "ra-param=k6t-eth0,mtu:1450,high,60,1800",
    "dhcp-range=fd10:0:2::,static,120,infinite",
    "dhcp-host=02:00:aa:00:bb:cc,10.0.2.2,[fd10:0:2::2],web,infinite",
    "dhcp-option=option6:dns-server,[fd96::a]",
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
});

test("planBinding() of masquerade lets guests without DHCPv6 make their address in a /64", () => {
  const pod = { vmIPv6NetworkCIDR: "fd10:0:3::/64" };
  const plan = planBridged({ ...dualStack({ masquerade: {} }), network: { name: "default", pod } });
  assert.equal(plan.dhcp?.ipv6?.address, "fd10:0:3::aaff:fe00:bbcc");
  assert.match(config(plan), /^dhcp-range=fd10:0:3::,ra-stateless,64,infinite$/m);
  for (const vmIPv6NetworkCIDR of ["10.0.2.0/24", "fd10::/127", "fd10::/32", "nonsense"]) {
    assert.throws(
      () => planBinding({ ...dualStack({ masquerade: {} }), network: { name: "default", pod: { vmIPv6NetworkCIDR } } }),
      { name: "InvalidSpecError", path: "spec.networks[0].pod.vmIPv6NetworkCIDR" },
    );
  }
});

test("planBinding() of bridge is the guest's IPv6 router, for an advertisement names its sender", () => {
  const plan = planBridged(dualStack({ bridge: {} }));
  assert.equal(plan.bridge.ipv6Address, "fd10:0:2:100::1/64");
  assert.deepEqual(plan.bridgeRoutes, [{ destination: "fd00:7::/64" }, { destination: "::/0", gateway: "fd00:7::1" }]);
  assert.match(config(plan), /^dhcp-host=0a:58:0a:f4:00:05,10\.244\.0\.5,\[fd00:7::5\],web,infinite$/m);
  assert.match(config(plan), /^shared-network=k6t-eth0,fd00:7::$/m);
});

test("planBinding() of passt hands on the pod's address, and the listed ports", () => {
  const plan = planBinding(request({ passt: {}, ports: [{ port: 22 }], portRanges: [{ start: 80, end: 90 }] }));
  assert.ok(plan.binding === "passt");
  assert.equal(
    plan.passtArguments.join(" "),
    "-i eth0 -m 1450 --no-map-gw -4 -a 10.244.0.5 -n 255.255.255.0 -g 10.244.0.1 -D 10.96.0.10 " +
      "-S sub.default.svc.cluster.local default.svc.cluster.local cluster.local -t 22,80-90 -u none",
  );
});

test("planBinding() of passt keeps a pod's second passt to its own addresses", () => {
  const plan = planBinding({ ...dualStack({ passtBinding: {} }), network: { name: "default", multus: {} } });
  assert.ok(plan.binding === "passt");
  const text = plan.passtArguments.join(" ");
  assert.match(text, / -o 10\.244\.0\.5 -o fd00:7::5 /);
  assert.match(text, / -t 10\.244\.0\.5\/1-1023,\S+ -t fd00:7::5\/1-1023,/);
});

test("planBinding() of passt names a neighbour as gateway where the network has none: passt does not start without", () => {
  const base = request({ passt: {} });
  const plan = planBinding({ ...base, podInterface: { ...base.podInterface, gateways: [], routes: [] } });
  assert.ok(plan.binding === "passt" && plan.passtArguments.join(" ").includes("-g 10.244.0.4"));
});

test("planBinding() of macvtap gives the guest the pod's MAC and address", () => {
  const plan = planBinding(request({ macvtap: {} }));
  assert.ok(plan.binding === "macvtap" && plan.dhcp);
  assert.deepEqual([plan.guestMac, plan.podMac], ["0a:58:0a:f4:00:05", "02:99:0a:f4:00:05"]);
  assert.deepEqual(plan.server, { name: "k6t-eth0", mac: "02:88:0a:f4:00:05", address: "169.254.75.10/32" });
  assert.equal(plan.dhcp.ipv4?.address, "10.244.0.5");
  assert.deepEqual(planBinding(dualStack({ macvtap: {} })).ipAddresses, ["10.244.0.5"], "IPv6 is the underlay's");
  const base = request({ macvtap: {} });
  const bare = planBinding({
    ...base,
    podInterface: { ...base.podInterface, addresses: [], gateways: [], routes: [] },
  });
  assert.ok(bare.binding === "macvtap");
  assert.deepEqual([bare.server, bare.dhcp, bare.addressWatch], [undefined, undefined, "netdev peapod_eth0"]);
  assert.match(bare.nft, /hook egress device "tap0"/);
});

test("planBinding() refuses what loses the guest's frames, in the words of admission", () => {
  const over = (spec: Parameters<typeof request>[0], kind: string, mode?: string) => {
    const base = request(spec);
    return () => planBinding({ ...base, podInterface: { ...base.podInterface, kind, mode } });
  };
  assert.throws(over({ bridge: {} }, "macvlan", "bridge"), {
    name: "InvalidSpecError",
    message: bridgeOverSentence("default", { kind: "macvlan", mode: "bridge" }),
  });
  assert.throws(over({ bridge: {} }, "ipvlan"), { name: "InvalidSpecError" });
  assert.throws(over({ macvtap: {} }, "macvlan", "passthru"), /no room for another MAC address/);
  assert.throws(over({ macvtap: {} }, "ipvlan"), /its network is ipvlan/);
  for (const fine of [
    over({ bridge: {} }, "macvlan", "passthru"),
    over({ bridge: {} }, "veth"),
    over({ macvtap: {} }, "macvlan", "bridge"),
    over({ passt: {} }, "ipvlan"),
    over({ masquerade: {} }, "macvlan", "bridge"),
  ]) {
    assert.doesNotThrow(fine);
  }
});

test("planBinding() refuses an interface without a binding of ours", () => {
  assert.throws(() => planBinding(request({})), {
    message: 'Cannot wire interface "default": it names no binding that is known here',
    path: "spec.domain.devices.interfaces[0]",
  });
});

test("renderDnsmasqConfig() lets no text out of its line", () => {
  const dhcpOptions = { bootFileName: "a\nport=53" };
  assert.throws(() => config(planBridged(request({ bridge: {}, dhcpOptions }))), /control characters/);
  const quoted = { tftpServerName: 'a",option' };
  assert.match(config(planBridged(request({ bridge: {}, dhcpOptions: quoted }))), /^dhcp-option=66,"a\\",option"$/m);
});

function config(plan: BridgedPlan): string {
  assert.ok(plan.dhcp);
  return renderDnsmasqConfig(plan.dhcp, dnsmasqFiles("/r", plan.podInterface.name));
}

/** Of a pod that has IPv6 as well. */
function dualStack(spec: Omit<BindingRequest["interfaceSpec"], "name">): BindingRequest {
  const base = request(spec);
  return {
    ...base,
    dns: { ...base.dns, nameservers: ["10.96.0.10", "fd96::a"] },
    podInterface: {
      ...base.podInterface,
      addresses: ["10.244.0.5/24", "fd00:7::5/64"],
      gateways: ["10.244.0.1", "fd00:7::1"],
      routes: [...base.podInterface.routes, { destination: "::/0", gateway: "fd00:7::1" }],
    },
  };
}

function request(spec: Omit<BindingRequest["interfaceSpec"], "name">): BindingRequest {
  return {
    interfaceSpec: { name: "default", ...spec },
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
    subdomain: "sub",
    dns: { nameservers: ["10.96.0.10"], search: ["default.svc.cluster.local", "cluster.local"] },
    uid: 1000,
    standIn: "veth",
  };
}
