import assert from "node:assert/strict";
import test from "node:test";
import { SpiderMultusConfig, type SpiderMultusConfigSpec } from "@peapod/api";
import { admitAs } from "@peapod/api/testing";
import { renderNad } from "./multus-config.ts";

/** From what people write to what plugins read: what admission fills in must not show where upstream shows nothing. */

const coordinator = '{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}';

function chainOf(spec: SpiderMultusConfigSpec): string {
  const { object, said } = admitAs(SpiderMultusConfig, {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderMultusConfig",
    metadata: { name: "net", namespace: "kube-system" },
    spec,
  });
  assert.deepEqual(said, []);
  const [, chain = ""] =
    /^\{"cniVersion":"0\.3\.1","name":"net","plugins":\[(.*)\]\}$/.exec(renderNad(object).config ?? "") ?? [];
  return chain;
}

test("a macvlan network of one line becomes macvlan and the coordinator", () => {
  assert.equal(
    chainOf({ cniType: "macvlan", macvlan: { master: ["ens192"], ippools: { ipv4: ["10-7-v4"] } } }),
    `{"type":"macvlan","master":"ens192","mode":"bridge","mtu":0,"ipam":{"type":"spiderpool","default_ipv4_ippool":["10-7-v4"]}},${coordinator}`,
  );
});

test("VLAN networks have their number, or none where the network gives it by itself", () => {
  assert.equal(
    chainOf({ cniType: "vlan", vlan: { master: ["ens192"], vlanID: 30 } }),
    `{"type":"vlan","master":"ens192","vlanMode":"manual","vlanId":30,"mtu":0,"ipam":{"type":"spiderpool"}},${coordinator}`,
  );
  assert.equal(
    chainOf({ cniType: "vlan", vlan: { master: ["ens192"], vlanMode: "auto" } }),
    `{"type":"vlan","master":"ens192","vlanMode":"auto","mtu":0,"ipam":{"type":"spiderpool"}},${coordinator}`,
  );
});

test("Open vSwitch networks are access ports, of VLAN 0 too, or trunks", () => {
  assert.equal(
    chainOf({ cniType: "ovs", ovs: { bridge: "br1", vlan: 30, ippools: { ipv4: ["vlan30-v4"] } } }),
    `{"vlan":30,"type":"ovs","bridge":"br1","ipam":{"type":"spiderpool","default_ipv4_ippool":["vlan30-v4"]}},${coordinator}`,
  );
  assert.equal(
    chainOf({ cniType: "ovs", ovs: { bridge: "br1", trunk: [{ minID: 100, maxID: 110 }, { id: 200 }] } }),
    `{"vlan":0,"type":"ovs","bridge":"br1","ipam":{"type":"spiderpool"},"trunk":[{"minID":100,"maxID":110},{"id":200}]},${coordinator}`,
  );
});

test("SR-IOV and InfiniBand networks have the rates, keys and links that upstream writes always", () => {
  const sriov = { resourceName: "spidernet.io/sriov_netdevice", vlanID: 100, maxTxRateMbps: 1000 };
  assert.equal(
    chainOf({ cniType: "sriov", sriov: { ...sriov, rdmaIsolation: true, mtu: 4200 } }),
    `{"vlan":100,"min_tx_rate":0,"max_tx_rate":1000,"type":"sriov","ipam":{"type":"spiderpool"}},{"type":"rdma"},${coordinator},{"type":"tuning","mtu":4200}`,
  );
  assert.equal(
    chainOf({ cniType: "ib-sriov", ibsriov: { resourceName: "spidernet.io/ib" } }),
    `{"type":"ib-sriov","pkey":"","link_state":"enable","rdmaIsolation":true,"ibKubernetesEnabled":false,"ipam":{"type":"spiderpool"}},${coordinator}`,
  );
  assert.equal(
    chainOf({ cniType: "ipoib", ipoib: { master: "ibp5s0" } }),
    `{"type":"ipoib","master":"ibp5s0","ipam":{"type":"spiderpool"}},${coordinator}`,
  );
});

test("the coordinator's settings of a network are those that its author writes", () => {
  const chain = chainOf({
    cniType: "ipvlan",
    ipvlan: { master: ["ens192"] },
    coordinator: { mode: "underlay", podMACPrefix: "0a:1b", hijackCIDR: ["169.254.0.0/16"] },
  });
  assert.equal(
    chain,
    '{"type":"ipvlan","master":"ens192","mtu":0,"ipam":{"type":"spiderpool"}},{"txQueueLen":0,"tunePodRoutes":true,"podMACPrefix":"0a:1b","mode":"underlay","type":"coordinator","hijackCIDR":["169.254.0.0/16"]}',
  );
});
