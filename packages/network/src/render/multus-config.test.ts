import assert from "node:assert/strict";
import test from "node:test";
import type { SpiderMultusConfig } from "@peapod/api";
import { renderNad } from "./multus-config.ts";

type Spec = NonNullable<SpiderMultusConfig["spec"]>;

/** What admission makes of a coordinator that is not there. */
const coordinator = { txQueueLen: 0, tunePodRoutes: true, mode: "auto" } as const;

test("renderNad() renders macvlan over one master, with pools", () => {
  const ippools = { ipv4: ["10-7-v4"], ipv6: [] };
  const spec: Spec = { cniType: "macvlan", macvlan: { master: ["ens192"], vlanID: 0, mtu: 0, ippools }, coordinator };
  assert.equal(
    configOf("macvlan-ens192", spec),
    '{"cniVersion":"0.3.1","name":"macvlan-ens192","plugins":[{"type":"macvlan","master":"ens192","mode":"bridge","mtu":0,"ipam":{"type":"spiderpool","default_ipv4_ippool":["10-7-v4"]}},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
});

test("renderNad() puts an ifacer before macvlan for a VLAN over a bond, and chained plugins before the coordinator", () => {
  const spec: Spec = {
    cniType: "macvlan",
    macvlan: {
      master: ["eth1", "eth2"],
      vlanID: 30,
      mtu: 1400,
      bond: { name: "bond0", mode: 1, options: "primary=eth1" },
      ippools: { ipv4: ["v30-a", "v30-b"], ipv6: ["v30-6"] },
    },
    chainCNIJsonData: ['{"type":"bandwidth", "ingressRate":100000000,"ingressBurst":10000000}'],
    coordinator: {
      ...coordinator,
      mode: "underlay",
      podMACPrefix: "0a:1b",
      podDefaultRouteNIC: "net1",
      hijackCIDR: ["169.254.0.0/16"],
      policyRoutes: [],
      hostRuleTable: 500,
      podRPFilter: 0,
    },
  };
  assert.equal(
    configOf("mv-bond-30", spec, { "multus.spidernet.io/cni-version": "1.0.0" }),
    '{"cniVersion":"1.0.0","name":"mv-bond-30","plugins":[{"vlanID":30,"type":"ifacer","interfaces":["eth1","eth2"],"bond":{"name":"bond0","mode":1,"options":"primary=eth1"}},{"type":"macvlan","master":"bond0.30","mode":"bridge","mtu":1400,"ipam":{"type":"spiderpool","default_ipv4_ippool":["v30-a","v30-b"],"default_ipv6_ippool":["v30-6"]}},{"type":"bandwidth","ingressRate":100000000,"ingressBurst":10000000},{"txQueueLen":0,"tunePodRoutes":true,"podMACPrefix":"0a:1b","mode":"underlay","type":"coordinator","podDefaultRouteNic":"net1","hijackCIDR":["169.254.0.0/16"]}]}',
  );
});

test("renderNad() renders ipvlan", () => {
  assert.equal(
    configOf("ipv", { cniType: "ipvlan", ipvlan: { master: ["ens192"] }, coordinator }),
    '{"cniVersion":"0.3.1","name":"ipv","plugins":[{"type":"ipvlan","master":"ens192","mtu":0,"ipam":{"type":"spiderpool"}},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
});

test("renderNad() renders vlan with its id, and without one where the interface's name says it", () => {
  assert.equal(
    configOf("vl", { cniType: "vlan", vlan: { master: ["ens192"], vlanMode: "manual", vlanID: 30 }, coordinator }),
    '{"cniVersion":"0.3.1","name":"vl","plugins":[{"type":"vlan","master":"ens192","vlanMode":"manual","vlanId":30,"mtu":0,"ipam":{"type":"spiderpool"}},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
  assert.equal(
    configOf("vla", { cniType: "vlan", vlan: { master: ["ens192"], vlanMode: "auto" }, coordinator }),
    '{"cniVersion":"0.3.1","name":"vla","plugins":[{"type":"vlan","master":"ens192","vlanMode":"auto","mtu":0,"ipam":{"type":"spiderpool"}},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
});

test("renderNad() lets vlan's ifacer make the bond only", () => {
  const vlan = { master: ["eth1", "eth2"], bond: { name: "bond0", mode: 1 }, vlanID: 30 };
  assert.equal(
    configOf("vlb", { cniType: "vlan", vlan, coordinator, disableIPAM: true, enableCoordinator: false }),
    '{"cniVersion":"0.3.1","name":"vlb","plugins":[{"type":"ifacer","interfaces":["eth1","eth2"],"bond":{"name":"bond0","mode":1}},{"type":"vlan","master":"bond0","vlanMode":"manual","vlanId":30,"mtu":0}]}',
  );
});

test("renderNad() renders ovs as access port and as trunk", () => {
  const ovs = { bridge: "br1", vlan: 30, ippools: { ipv4: ["vlan30-v4"] } };
  assert.equal(
    configOf("ovs-vlan30", { cniType: "ovs", ovs, coordinator }),
    '{"cniVersion":"0.3.1","name":"ovs-vlan30","plugins":[{"vlan":30,"type":"ovs","bridge":"br1","ipam":{"type":"spiderpool","default_ipv4_ippool":["vlan30-v4"]}},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
  const trunk = { bridge: "br1", vlan: 0, trunk: [{ minID: 100, maxID: 110 }, { id: 200 }] };
  assert.equal(
    configOf("ovs-trunk", { cniType: "ovs", ovs: trunk, coordinator }),
    '{"cniVersion":"0.3.1","name":"ovs-trunk","plugins":[{"vlan":0,"type":"ovs","bridge":"br1","ipam":{"type":"spiderpool"},"trunk":[{"minID":100,"maxID":110},{"id":200}]},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
});

test("renderNad() names the device that an Open vSwitch port with offload needs", () => {
  const ovs = { bridge: "br1", vlan: 0, deviceID: "0000:03:02.0" };
  const { annotations, config } = renderNad(multusConfig("off", { cniType: "ovs", ovs, coordinator }));
  assert.equal(annotations["k8s.v1.cni.cncf.io/resourceName"], "ovs-cni.network.kubevirt.io/br1");
  assert.match(config ?? "", /"bridge":"br1","deviceID":"0000:03:02.0"/);
});

test("renderNad() renders sriov with rdma behind it and tuning at the end", () => {
  const resourceName = "spidernet.io/sriov_netdevice";
  const sriov = { resourceName, vlanID: 100, minTxRateMbps: 0, maxTxRateMbps: 1000, rdmaIsolation: true, mtu: 4200 };
  const { annotations, config } = renderNad(multusConfig("sriov-a", { cniType: "sriov", sriov, coordinator }));
  assert.equal(
    config,
    '{"cniVersion":"0.3.1","name":"sriov-a","plugins":[{"vlan":100,"min_tx_rate":0,"max_tx_rate":1000,"type":"sriov","ipam":{"type":"spiderpool"}},{"type":"rdma"},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"},{"type":"tuning","mtu":4200}]}',
  );
  assert.deepEqual(annotations, { "k8s.v1.cni.cncf.io/resourceName": resourceName });
});

test("renderNad() renders ib-sriov and ipoib", () => {
  const ibsriov = { resourceName: "r", pkey: "", linkState: "enable", rdmaIsolation: true } as const;
  assert.equal(
    configOf("ib-a", { cniType: "ib-sriov", ibsriov, coordinator }),
    '{"cniVersion":"0.3.1","name":"ib-a","plugins":[{"type":"ib-sriov","pkey":"","link_state":"enable","rdmaIsolation":true,"ibKubernetesEnabled":false,"ipam":{"type":"spiderpool"}},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
  assert.equal(
    configOf("ipoib-a", { cniType: "ipoib", ipoib: { master: "ibp5s0" }, coordinator }),
    '{"cniVersion":"0.3.1","name":"ipoib-a","plugins":[{"type":"ipoib","master":"ibp5s0","ipam":{"type":"spiderpool"}},{"txQueueLen":0,"tunePodRoutes":true,"mode":"auto","type":"coordinator"}]}',
  );
});

test("renderNad() takes a configuration of one's own as it is, and leaves an empty one out", () => {
  const text = '{ "cniVersion": "1.0.0", "type": "bridge" }';
  assert.equal(configOf("own", { cniType: "custom", customCNI: text, chainCNIJsonData: ["{}"] }), text);
  assert.equal(configOf("calico", { cniType: "custom", customCNI: "", enableCoordinator: false }), undefined);
  assert.equal(configOf("calico", {}), undefined);
});

test("renderNad() calls the NAD and its network as annotations say, and copies all of them", () => {
  const annotations = {
    "multus.spidernet.io/cr-name": "k8s-pod-network",
    "cni.spidernet.io/cniconfig-name": "spidernet-chainer",
    mine: "yes",
  };
  const spec: Spec = { cniType: "ipoib", ipoib: {}, enableCoordinator: false };
  assert.deepEqual(renderNad(multusConfig("calico", spec, annotations)), {
    namespace: "kube-system",
    name: "k8s-pod-network",
    annotations,
    config:
      '{"cniVersion":"0.3.1","name":"spidernet-chainer","plugins":[{"type":"ipoib","ipam":{"type":"spiderpool"}}]}',
  });
});

function configOf(name: string, spec: Spec, annotations?: Record<string, string>): string | undefined {
  return renderNad(multusConfig(name, spec, annotations)).config;
}

function multusConfig(name: string, spec: Spec, annotations?: Record<string, string>): SpiderMultusConfig {
  const metadata = { namespace: "kube-system", name, ...(annotations && { annotations }) };
  return { apiVersion: "spiderpool.spidernet.io/v2beta1", kind: "SpiderMultusConfig", metadata, spec };
}
