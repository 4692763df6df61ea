import assert from "node:assert/strict";
import test from "node:test";
import type { CoordinatorFacts } from "./facts.ts";
import { parseHost, parsePodLinks, parsePodRoutes } from "./parse.ts";
import { planCoordinator } from "./plan.ts";
import { podMac } from "./pod-mac.ts";
import { readSettings } from "./settings.ts";

const eth0 = { name: "eth0", mac: "02:00:00:00:00:01", peerIndex: 5, addresses: ["10.7.120.100/16"] };
const net1 = { name: "net1", mac: "02:00:00:00:00:02", peerIndex: undefined, addresses: ["10.8.0.5/16"] };
const veth0 = { name: "veth0", mac: "02:00:00:00:00:03", peerIndex: 9, addresses: [] };

test("planCoordinator() joins the first interface of an underlay network to its node", () => {
  const plan = planCoordinator(facts({}, { vethMTU: 1400, hijackCIDR: ["10.96.0.0/12"] }));
  assert.deepEqual(plan?.host, [
    "link add name ppab12cdc1 mtu 1400 address 02:aa type veth peer name veth0 mtu 1400 address 02:bb netns /run/netns/p",
    "link set dev ppab12cdc1 alias peapod/mac7/c1/eth0",
    "link set dev ppab12cdc1 up",
    "neigh replace 10.7.120.100 lladdr 02:bb dev ppab12cdc1 nud permanent",
    "route replace 10.7.120.100/32 dev ppab12cdc1 scope link table 500",
  ]);
  assert.deepEqual(plan?.pod.raise, [
    "link set dev eth0 up",
    "neigh replace 10.7.120.11 lladdr 02:aa dev veth0 nud permanent",
    "neigh replace 192.0.2.9 lladdr 02:aa dev veth0 nud permanent",
    "route replace 10.7.120.11/32 dev veth0 scope link",
    "route replace 192.0.2.9/32 dev veth0 scope link",
    "route replace 10.96.0.0/12 via 10.7.120.11 dev veth0 src 10.7.120.100",
    "route replace 0.0.0.0/0 via 10.7.120.11 dev veth0 table 100",
    "rule add from all fwmark 0x1 lookup 100 pref 1000",
  ]);
});

test("planCoordinator() adds no rule that is there", () => {
  const rules = [{ family: 4, source: "all", table: "100", mark: "0x1" }] as const;
  const plan = planCoordinator(facts({ pod: { links: [eth0], routes: [], rules } }));
  assert.deepEqual(
    plan?.pod.raise.filter((line) => line.startsWith("rule")),
    [],
  );
});

test("planCoordinator() leaves one default route in the main table: the only one, the first one's, or the chosen one's", () => {
  const of = (dev: string, via: string) => ({ dst: "default", gateway: via, dev, flags: [] });
  const routes = (...all: object[]) => parsePodRoutes(JSON.stringify(all), 4);
  const removals = (some: Partial<CoordinatorFacts["pod"]>, config: object) =>
    planCoordinator(
      facts(
        { nic: "net1", addresses: ["10.8.0.5"], pod: { links: [eth0, veth0, net1], routes: [], rules: [], ...some } },
        config,
      ),
    )?.pod.raise.filter((line) => line.startsWith("route delete"));
  const [first, second] = [of("eth0", "10.7.0.1"), of("net1", "10.8.0.1")];
  assert.deepEqual(removals({ routes: routes(first, second) }, {}), [
    "route delete 0.0.0.0/0 via 10.8.0.1 dev net1 table main",
  ]);
  assert.deepEqual(removals({ routes: routes(second) }, {}), []);
  assert.deepEqual(removals({ routes: routes(first, second) }, { podDefaultRouteNic: "net1" }), [
    "route delete 0.0.0.0/0 via 10.7.0.1 dev eth0 table main",
  ]);
  assert.deepEqual(removals({ routes: routes(first, second) }, { tunePodRoutes: false }), []);
});

test("planCoordinator() refuses what the pod's other interfaces make impossible, in upstream's words", () => {
  const pod = (...links: CoordinatorFacts["pod"]["links"]) => ({ pod: { links, routes: [], rules: [] } });
  assert.throws(
    () => planCoordinator(facts({ nic: "net1", ...pod(eth0, net1) }, { mode: "underlay" })),
    /when creating interface net1 in underlay mode, it detects that the auxiliary interface eth0 was not created/,
  );
  assert.throws(() => planCoordinator(facts({}, { mode: "overlay" })), /first interface/);
  assert.throws(() => planCoordinator(facts({ nic: "net1", ...pod(eth0, veth0, net1) }, { mode: "overlay" })), /veth0/);
  assert.throws(() => planCoordinator(facts({ nic: "net1", ...pod(eth0, net1) })), /one end of a veth pair/);
});

test("planCoordinator() leaves alone what is disabled, by either word, and interfaces without addresses", () => {
  assert.equal(planCoordinator(facts({}, { mode: "disabled" })), undefined);
  assert.equal(planCoordinator(facts({}, { mode: "disable" })), undefined);
  assert.equal(planCoordinator(facts({ addresses: [] })), undefined);
});

test("readSettings() takes the chain's word before the annotation's, and that before the SpiderCoordinator's", () => {
  const coordinator = {
    apiVersion: "v",
    kind: "SpiderCoordinator",
    metadata: { name: "default" },
    spec: { podDefaultRouteNIC: "net3", hijackCIDR: ["169.254.0.0/16"], txQueueLen: 7 },
    status: { phase: "Synced", overlayPodCIDR: ["10.244.0.0/16"], serviceCIDR: ["10.96.0.0/12"] },
  };
  const annotation = { "ipam.spidernet.io/default-route-nic": "net2" };
  assert.equal(readSettings({ podDefaultRouteNic: "net1" }, coordinator, annotation).defaultRouteNic, "net1");
  assert.equal(readSettings({}, coordinator, annotation).defaultRouteNic, "net2");
  const settings = readSettings({ txQueueLen: 0, hijackCIDR: [] }, coordinator, {});
  assert.equal(settings.defaultRouteNic, "net3");
  assert.deepEqual(settings.hijack, ["10.244.0.0/16", "10.96.0.0/12", "169.254.0.0/16"]);
  assert.equal(settings.txQueueLen, 7);
  assert.equal(readSettings({ podRPFilter: -1 }, undefined, {}).rpFilter, undefined);
});

test("parseHost() takes the node's own addresses, and those of no bridge, container or link of ours", () => {
  const link = (ifname: string, ...local: string[]) => ({
    ifindex: 1,
    ifname,
    addr_info: local.map((one) => ({ local: one, prefixlen: 24 })),
  });
  const links = parsePodLinks(
    JSON.stringify([
      link("lo", "127.0.0.1"),
      link("ens192", "10.7.120.11", "fe80::1", "fd07::b"),
      link("docker0", "172.17.0.1"),
      link("ppab12cdbr", "10.244.0.1"),
      {},
    ]),
  );
  const host = parseHost(links, ['[{"dst":"10.7.120.100","prefsrc":"10.7.120.11"}]', ""]);
  assert.deepEqual(host.addresses, ["10.7.120.11", "fd07::b"]);
  assert.deepEqual(host.sources, { 4: "10.7.120.11", 6: "fd07::b" });
  assert.equal(host.neighbour, "10.7.120.11");
  const gateway = '[{"dst":"10.7.120.100","gateway":"192.0.2.1","dev":"ens192","prefsrc":"10.7.120.11"}]';
  assert.equal(parseHost(links, [gateway]).neighbour, undefined);
});

test("podMac() writes the address behind the prefix", () => {
  assert.equal(podMac("0a:1b", ["10.66.168.102", "fd00::1"]), "0a:1b:0a:42:a8:66");
  assert.equal(podMac("0A:1B", ["fd00::a:2"]), "0a:1b:00:0a:00:02");
  assert.equal(podMac(undefined, ["10.0.0.1"]), undefined);
});

function facts(some: Partial<CoordinatorFacts> = {}, config: object = {}): CoordinatorFacts {
  return {
    settings: readSettings({ ...config }, undefined, {}),
    nic: "eth0",
    netns: "/run/netns/p",
    addresses: ["10.7.120.100"],
    veth: { hostName: "ppab12cdc1", hostMac: "02:aa", podMac: "02:bb" },
    alias: "peapod/mac7/c1/eth0",
    pod: { links: [eth0], routes: [], rules: [] },
    host: { addresses: ["10.7.120.11", "192.0.2.9"], sources: { 4: "10.7.120.11" }, linksByIndex: new Map() },
    ...some,
  };
}
