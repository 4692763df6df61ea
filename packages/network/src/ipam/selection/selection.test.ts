import assert from "node:assert/strict";
import test from "node:test";
import type { PoolUse } from "../allocate.ts";
import { parsePool } from "../pool.ts";
import { defaultSettings } from "../settings/parse-settings.ts";
import type { PoolDefinition } from "../types.ts";
import type { SelectionFacts } from "./facts.ts";
import { matchesPattern } from "./glob.ts";
import { findMaster } from "./master.ts";
import { planExact, planSelection } from "./plan.ts";
import type { NetworkPools } from "./rules.ts";

const ippools = "ipam.spidernet.io/ippools";
const none: NetworkPools = { 4: [], 6: [], cleanGateway: false };

test("planSelection() takes the first rule that names pools, as a whole: pod, namespace, network, defaults", () => {
  const pools = [pool("a"), pool("b"), pool("c"), pool("d", { isDefault: true }), pool("e"), pool("six", six)];
  const network = { ...none, 4: ["c"], 6: ["six"] };
  const namespace = { "ipam.spidernet.io/default-ipv4-ippool": '["b"]' };
  const pick = (annotations: Readonly<Record<string, string>>, ofNamespace = {}, ofNetwork: NetworkPools = none) =>
    picked(planSelection("eth0", ofNetwork, facts({ annotations, namespace: { annotations: ofNamespace } }), pools));
  assert.deepEqual(pick({ [ippools]: '[{"interface":"eth0","ipv4":["a"]}]' }, namespace, network), ["a"]);
  assert.deepEqual(pick({ "ipam.spidernet.io/ippool": '{"ipv4":["e"]}' }, namespace, network), ["e"]);
  assert.deepEqual(pick({}, namespace, network), ["b"]);
  assert.deepEqual(pick({}, {}, network), ["c", "six"]);
  assert.deepEqual(pick({}), ["d"]);
});

test("planSelection() says in upstream's words that nothing names a pool, and that a pool is not there or there twice", () => {
  const select = (names: string) => () =>
    planSelection("eth0", none, facts({ annotations: { [ippools]: `[{"ipv4":${names}}]` } }), [pool("a"), pool("ab")]);
  assert.throws(() => planSelection("eth0", none, facts({}), []), {
    message: "no IPPool available, no pool selection rules of any type are specified",
  });
  assert.throws(select('["x"]'), {
    message: 'failed to get original IPPool x: spiderippools.spiderpool.spidernet.io "x" not found',
  });
  assert.throws(select('["a","a*"]'), { message: "wrong input, duplicate IPPool a specified for NIC eth0" });
  assert.throws(select('["z*"]'), { message: "no Interface eth0 IP allocation found" });
});

test("planSelection() reads items without names in the order of a VM's networks, and asks for all of them at once", () => {
  const annotations = { [ippools]: '[{"ipv4":["a"]},{"ipv4":["b"]}]' };
  const selection = planSelection("eth0", none, facts({ annotations, nics: ["eth0", "pod37a8"] }), [
    pool("a"),
    pool("b"),
  ]);
  assert.deepEqual(
    selection.nics.map((nic) => [nic.interface, nic.addresses[0]?.pools]),
    [
      ["eth0", ["a"]],
      ["pod37a8", ["b"]],
    ],
  );
  const tooMany = facts({ annotations, nics: ["eth0"] });
  assert.throws(() => planSelection("eth0", none, tooMany, [pool("a"), pool("b")]), /2 items for 1 interfaces/);
});

test("planSelection() finds net1 at the second place, and leaves an interface that is not named to its network's pools", () => {
  const nics = ["eth0", "pod37a8"];
  const network = { ...none, 4: ["b"] };
  const pools = [pool("a"), pool("b")];
  const byPlace = facts({ annotations: { [ippools]: '[{"interface":"net1","ipv4":["a"]}]' }, nics });
  assert.deepEqual(picked(planSelection("pod37a8", network, byPlace, pools)), ["a"]);
  const eth0Alone = facts({ annotations: { [ippools]: '[{"interface":"eth0","ipv4":["a"]}]' }, nics });
  assert.deepEqual(picked(planSelection("pod37a8", network, eth0Alone, pools)), ["b"]);
});

test("planSelection() leaves out a family that is switched off", () => {
  const settings = { ...defaultSettings, enableIPv6: false };
  const network = { ...none, 4: ["a"], 6: ["six"] };
  assert.deepEqual(picked(planSelection("eth0", network, { ...facts({}), settings }, [pool("a"), pool("six", six)])), [
    "a",
  ]);
});

test("planSelection() filters pools in upstream's words", () => {
  const why = (definition: Partial<PoolDefinition>) => {
    const selection = planSelection("eth0", { ...none, 4: ["p"] }, facts({}), [pool("p", definition)]);
    return /filtered out: \[(.*)\]$/.exec(selection.nics[0]?.addresses[0]?.noPools ?? "")?.[1];
  };
  const labels = { matchLabels: { app: "other" } };
  assert.equal(why({}), undefined);
  assert.equal(why({ isDisabled: true }), "disabled IPPool p");
  assert.equal(why({ isTerminating: true }), "terminating IPPool p");
  assert.equal(why(six), "expect an IPv4 IPPool, but the version of the IPPool p is IPv6");
  assert.equal(why({ affinity: { nodeName: ["n2"] } }), "unmatched Node name of IPPool p");
  assert.equal(why({ affinity: { nodeAffinity: labels } }), "unmatched Node affinity of IPPool p");
  assert.equal(why({ affinity: { nodeName: ["n1"], nodeAffinity: labels } }), undefined, "the name overrides");
  assert.equal(why({ affinity: { namespaceName: ["prod"] } }), "unmatched Namespace name of IPPool p");
  assert.equal(why({ affinity: { namespaceAffinity: labels } }), "unmatched Namespace affinity of IPPool p");
  assert.equal(why({ affinity: { podAffinity: labels } }), "unmatched Pod affinity of IPPool p");
  assert.equal(why({ affinity: { podAffinity: { matchLabels: { app: "web" } } } }), undefined);
  assert.equal(why({ affinity: { multusName: ["macvlan-ens192"] } }), undefined, "a bare name is kube-system's");
  assert.equal(
    why({ affinity: { multusName: ["kube-system/other"] } }),
    "the spec.multusName [kube-system/other] in the IPPool p used by the Pod interface eth0 is not matched with the multusCR kube-system/macvlan-ens192 specified by the Pod",
  );
});

test("planSelection() leaves out pools that are not of the card's subnets, where the network wants that, unless they are for networks", () => {
  const select = (subnets: readonly string[], definition: Partial<PoolDefinition> = {}) => {
    const [nic] = facts({}).nics;
    const seen = { ...facts({}), nics: nic ? [{ ...nic, master: { name: "ens1f0", subnets } }] : [] };
    return planSelection("eth0", { ...none, 4: ["p"] }, seen, [pool("p", definition)]).nics[0]?.addresses[0];
  };
  assert.deepEqual(select(["10.9.0.0/16", "10.1.0.0/24"])?.pools, ["p"]);
  assert.deepEqual(select(["10.1.0.0/16"])?.pools, []);
  assert.match(
    select([])?.noPools ?? "",
    /filtered out: \[filterPoolCandidatesByPfSubnet: the ippool's subnet "10\.1\.0\.0\/24" not found on pod's PF "ens1f0"\]$/,
  );
  assert.deepEqual(select([], { affinity: { multusName: ["macvlan-ens192"] } })?.pools, ["p"]);
});

test("findMaster() is the master that a plugin names, or the card of the device that the pod is given", async () => {
  const links = {
    physicalFunction: async (device: string) => (device === "0000:03:02.1" ? ["ens1f0"] : []),
    addressesOf: (link: string) =>
      ({ ens1f0: ["10.7.0.11/16", "10.7.0.12/16", "fd00:7::11/64"], lan: ["10.8.0.1/24"] })[link] ?? [],
  };
  const ipam = { type: "spiderpool", match_master_subnet: true };
  const find = (plugin: object, device?: string) => findMaster({ ...plugin }, device, links);
  assert.equal(await find({ type: "sriov", ipam: { type: "spiderpool" } }, "0000:03:02.1"), undefined);
  const card = { name: "ens1f0", subnets: ["10.7.0.0/16", "fd00:7::/64"] };
  assert.deepEqual(await find({ type: "sriov", ipam }, "0000:03:02.1"), card);
  assert.deepEqual(await find({ type: "sriov", deviceID: "0000:03:02.1", ipam }), card);
  assert.deepEqual(await find({ type: "macvlan", master: "lan", ipam }), { name: "lan", subnets: ["10.8.0.0/24"] });
  assert.deepEqual(await find({ type: "sriov", ipam }, "../../../etc"), { name: "", subnets: [] });
});

test("planSelection() puts pools that are for somebody first, and keeps the user's order among equals", () => {
  const forPods = { affinity: { podAffinity: { matchLabels: { app: "web" } } } };
  const forNode = { affinity: { nodeName: ["n1"] } };
  const pools = [pool("z"), pool("a"), pool("node", forNode), pool("pods", forPods)];
  const network = { ...none, 4: ["z", "a", "node", "pods"] };
  assert.deepEqual(picked(planSelection("eth0", network, facts({}), pools)), ["pods", "node", "z", "a"]);
});

test("planSelection() lets a VM's own words move its address, and a network whose pools are of another subnet", () => {
  const pools = [
    pool("a"),
    pool("twin", { ips: ["10.1.0.9"] }),
    pool("far", { subnet: "10.2.0.0/24", ips: ["10.2.0.5"] }),
  ];
  const keepable = (network: NetworkPools, annotations = {}, namespace = {}) =>
    planSelection("eth0", network, facts({ annotations, namespace: { annotations: namespace } }), pools).nics[0]
      ?.addresses[0]?.keepOnlyIn;
  assert.deepEqual(keepable(none, { [ippools]: '[{"ipv4":["a"]}]' }), ["a"]);
  assert.deepEqual(keepable({ ...none, 4: ["a"] }), ["a", "twin"]);
  assert.deepEqual(keepable(none, {}, { "ipam.spidernet.io/default-ipv4-ippool": '["a"]' }), ["a", "twin", "far"]);
});

test("planExact() finds the address that is asked for by interface, position or Kube-OVN's provider", () => {
  const asked = (annotations: Readonly<Record<string, string>>, ifName = "eth0") =>
    planExact(ifName, facts({ annotations, nics: ["eth0", "pod37a8"] }))?.ipv4;
  const own = "ipam.peapod.io/addresses";
  assert.equal(asked({ [own]: '[{"ipv4":"10.1.0.5"},{"ipv4":"10.1.0.6"}]' }, "pod37a8"), "10.1.0.6");
  assert.equal(asked({ [own]: '[{"interface":"net1","ipv4":"10.1.0.7"}]' }, "pod37a8"), "10.1.0.7");
  assert.equal(asked({ "ovn.kubernetes.io/ip_address": "10.1.0.8" }), "10.1.0.8");
  const provider = "macvlan-ens192.kube-system.ovn.kubernetes.io/ip_address";
  assert.equal(asked({ [provider]: "10.1.0.9" }), "10.1.0.9");
  assert.equal(asked({ "ovn.kubernetes.io/ip_address": "10.1.0.8" }, "pod37a8"), undefined);
});

test("matchesPattern() matches as Go's filepath.Match does", () => {
  const match = (pattern: string, name: string) => matchesPattern(pattern, name);
  assert.ok(match("vlan*-v4", "vlan30-v4") && match("vlan?0", "vlan30") && match("vlan[34]0", "vlan40"));
  assert.ok(match("vlan[^3]0", "vlan40") && !match("vlan[^3]0", "vlan30") && match("a.b", "a.b"));
  assert.ok(!match("a.b", "axb") && !match("vlan*", "lan30") && match("\\*", "*"));
  assert.throws(() => match("vlan[3", "vlan3"), RangeError);
});

const six = { subnet: "fd00::/64", ips: ["fd00::5"] };

function pool(name: string, some: Partial<PoolDefinition> = {}): PoolUse {
  return { pool: parsePool({ name, subnet: "10.1.0.0/24", ips: ["10.1.0.5"], ...some }), used: 0 };
}

interface Some {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly nics?: readonly string[];
}

function facts({ annotations = {}, namespace = {}, nics = ["eth0"] }: Some): SelectionFacts {
  return {
    pod: { namespace: "default", name: "virt-launcher-web-abcde", labels: { app: "web" }, annotations },
    namespace: { labels: {}, annotations: namespace.annotations ?? {} },
    node: { name: "n1", labels: {} },
    nics: nics.map((ifName) => ({
      ifName,
      nad: { namespace: "kube-system", name: "macvlan-ens192" },
      usesPools: true,
    })),
    settings: defaultSettings,
    reserved: [],
  };
}

function picked({ nics }: ReturnType<typeof planSelection>): readonly string[] {
  return nics[0]?.addresses.flatMap(({ pools }) => pools) ?? [];
}
