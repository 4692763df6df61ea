import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../../kind.ts";
import type { SpiderEndpoint } from "../../../kinds/spiderpool/spider-endpoint.ts";
import { SpiderIPPool, type SpiderIPPoolSpec } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { admitAs } from "../../../testing/admit.ts";

type Spec = Partial<SpiderIPPoolSpec>;

function pool(spec: Spec, name = "p", rest: Partial<SpiderIPPool> = {}): SpiderIPPool {
  return {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderIPPool",
    ...rest,
    metadata: { name, ...rest.metadata },
    spec: { subnet: "10.7.0.0/16", ips: ["10.7.120.100-10.7.120.200"], gateway: "10.7.0.1", ...spec },
  };
}

const admit = (spec: Spec, ...known: readonly KubeObject[]) => admitAs(SpiderIPPool, pool(spec), { known });
const said = (spec: Spec, ...known: readonly KubeObject[]) => admit(spec, ...known).said;
const stored = (spec: Spec, name: string) => admitAs(SpiderIPPool, pool(spec, name)).object;

/** What is said of a change of a pool that was admitted. */
function saidOfChange(before: Spec, after: Spec, rest: Partial<SpiderIPPool> = {}, ...known: readonly KubeObject[]) {
  const old = admitAs(SpiderIPPool, pool(before)).object;
  const changed = { ...old, ...rest, metadata: { ...old.metadata, ...rest.metadata }, spec: { ...old.spec, ...after } };
  return admitAs(SpiderIPPool, changed, { oldObject: old, known: [old, ...known] }).said;
}

/** Somebody who has an address of pool `p`. */
function endpoint(name: string, address: string, ipv4Pool = "p"): SpiderEndpoint {
  const ips = [{ interface: "eth0", ipv4: `${address}/16`, ipv4Pool }];
  return {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderEndpoint",
    metadata: { namespace: "default", name },
    status: { current: { uid: "u", node: "n1", ips }, ownerControllerType: "Pod", ownerControllerName: name },
  };
}

test("a pool gets its finalizer, version and label, and its ranges in the shortest form", () => {
  const { object, said: problems } = admit({
    ips: ["10.7.0.9", "10.7.0.5-10.7.0.6", "10.7.0.7"],
    excludeIPs: ["10.7.0.6", "10.7.0.6"],
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(object.metadata, {
    name: "p",
    finalizers: ["spiderpool.spidernet.io"],
    labels: { "ipam.spidernet.io/ippool-cidr": "10-7-0-0-16" },
  });
  assert.deepEqual(object.spec, {
    ipVersion: 4,
    subnet: "10.7.0.0/16",
    ips: ["10.7.0.5-10.7.0.7", "10.7.0.9"],
    excludeIPs: ["10.7.0.6"],
    gateway: "10.7.0.1",
    default: false,
    disable: false,
  });
  const six = admit({ subnet: "fd00::/64", ips: ["fd00::5-fd00::f"], gateway: "fd00::1" });
  assert.equal(six.object.metadata.labels?.["ipam.spidernet.io/ippool-cidr"], "fd00---64");
  assert.equal(six.object.spec?.ipVersion, 6);
});

test("a subnet with host bits is kept by its own address, with a warning; VLAN 0 is tolerated, any other ignored", () => {
  const seed = admit({ subnet: "10.7.120.11/16", vlan: 0 });
  assert.deepEqual(seed.said, []);
  assert.deepEqual(seed.warnings, [
    'spec.subnet: "10.7.120.11/16" is kept as "10.7.0.0/16", the network\'s own address',
  ]);
  assert.equal(seed.object.spec?.subnet, "10.7.0.0/16");
  assert.equal("vlan" in (seed.object.spec ?? {}), false);
  assert.deepEqual(admit({ vlan: 30 }).warnings, ["spec.vlan: 30 is ignored: networks have VLANs, pools have none"]);
});

test("what is no subnet, or one of the other family, is refused", () => {
  assert.deepEqual(said({ subnet: "10.7.0.0" }), [
    "spec.ipVersion: Invalid value: null: is not generated correctly, 'spec.subnet' may be invalid",
  ]);
  assert.deepEqual(said({ ipVersion: 6 }), [
    "spec.subnet: Invalid value: \"10.7.0.0/16\": invalid CIDR format in IPv6 '10.7.0.0/16'",
  ]);
});

test("a family that the settings switch off is refused", () => {
  const settings = (yaml: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "kube-system", name: "spiderpool-conf" },
    data: { "conf.yml": yaml },
  });
  assert.deepEqual(said({}, settings("enableIPv4: false\nenableIPv6: true\n")), [
    "spec.ipVersion: Forbidden: IPv4 is disabled",
  ]);
  assert.deepEqual(said({}, settings("enableIPv6: false")), []);
  assert.deepEqual(said({}, settings("{")), []);
});

test("pools share a whole subnet or nothing of it", () => {
  const other = stored({ subnet: "10.7.120.0/24", gateway: "10.7.120.1" }, "other");
  assert.deepEqual(said({}, other), [
    "spec.subnet: Invalid value: \"10.7.0.0/16\": overlap with IPPool other which 'spec.subnet' is 10.7.120.0/24",
  ]);
  assert.deepEqual(said({}, stored({ ips: ["10.7.120.201-10.7.120.210"] }, "other")), []);
});

test("no address is in two pools, exclusions counted", () => {
  const other = stored({ ips: ["10.7.120.150-10.7.120.160", "10.7.120.190"] }, "other");
  assert.deepEqual(said({}, other), [
    "spec.ips: Forbidden: overlap with IPPool other in IP ranges [10.7.120.150-10.7.120.160 10.7.120.190], total IP addresses of an IPPool are jointly determined by 'spec.ips' and 'spec.excludeIPs'",
  ]);
  assert.deepEqual(said({ excludeIPs: ["10.7.120.150-10.7.120.190"] }, other), []);
});

test("ranges are well-formed and in the subnet", () => {
  const of = (...ips: string[]) => said({ ips });
  const at = 'spec.subnet: Invalid value: "10.7.0.0/16": ';
  assert.deepEqual(of("10.7.0.5-10.7.0.6-10.7.0.7"), [`${at}invalid range: 10.7.0.5-10.7.0.6-10.7.0.7`]);
  assert.deepEqual(of("10.7.0.0/24"), [`${at}invalid range: 10.7.0.0/24`]);
  assert.deepEqual(of("10.7.0.9-10.7.0.5"), [`${at}invalid range: 10.7.0.9-10.7.0.5`]);
  assert.deepEqual(of("10.7.0.x", "10.8.0.1"), [
    `${at}invalid IP address: 10.7.0.x`,
    `${at}not match base subnet: 10.8.0.1`,
  ]);
  assert.deepEqual(of("fd00::1"), [`${at}not match base subnet: fd00::1`]);
  assert.deepEqual(said({ excludeIPs: ["10.8.0.1"] }), [`${at}not match base subnet: 10.8.0.1`]);
});

test("a pool without addresses is one", () => {
  assert.deepEqual(said({ ips: [] }), []);
});

test("the gateway is in the subnet and not handed out", () => {
  assert.deepEqual(said({ gateway: "10.8.0.1" }), [
    "spec.gateway: Invalid value: \"10.8.0.1\": not pertains to the 'spec.subnet' 10.7.0.0/16 of IPPool",
  ]);
  assert.deepEqual(said({ gateway: "fd00::1" }), [
    "spec.gateway: Invalid value: \"fd00::1\": invalid IP format in IPv4 'fd00::1'",
  ]);
  assert.deepEqual(said({ gateway: "10.7.120.150" }), [
    "spec.ips[0]: Invalid value: \"10.7.120.100-10.7.120.200\": conflicts with 'spec.gateway' 10.7.120.150, add the gateway IP address to 'spec.excludeIPs' or remove it from 'spec.ips'",
  ]);
  assert.deepEqual(said({ gateway: "10.7.120.150", excludeIPs: ["10.7.120.150"] }), []);
});

test("routes have one destination each, no default one, and a router in the subnet", () => {
  const gw = "10.7.0.2";
  assert.deepEqual(said({ routes: [{ dst: "10.9.0.0/16", gw }] }), []);
  assert.deepEqual(
    said({
      routes: [
        { dst: "0.0.0.0/0", gw },
        { dst: "10.9.0.0/16", gw: "10.8.0.1" },
        { dst: "10.9.0.0/16", gw },
        { dst: "fd00::/64", gw },
      ],
    }),
    [
      "spec.routes[0].dst: Invalid value: \"0.0.0.0/0\": please specify 'spec.gateway' to configure the default route",
      "spec.routes[1].gw: Invalid value: \"10.8.0.1\": not pertains to the 'spec.subnet' 10.7.0.0/16 of IPPool",
      'spec.routes[2].dst: Invalid value: "10.9.0.0/16": duplicate route with the same dst',
      "spec.routes[3].dst: Invalid value: \"fd00::/64\": invalid CIDR format in IPv4 'fd00::/64'",
    ],
  );
});

test("selectors can be evaluated, and that of pods selects", () => {
  assert.deepEqual(said({ podAffinity: {} }), [
    "spec.podAffinity: Invalid value: {}: empty podAffinity is invalid for SpiderIPPool",
  ]);
  const expression = (operator: string, values?: string[]) =>
    said({ nodeAffinity: { matchExpressions: [{ key: "zone", operator, ...(values && { values }) }] } });
  const at = "spec.nodeAffinity.matchExpressions[0]";
  assert.deepEqual(expression("In", ["a"]), []);
  assert.deepEqual(expression("In"), [
    `${at}.values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
  ]);
  assert.deepEqual(expression("Exists", ["a"]), [
    `${at}.values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
  ]);
  assert.deepEqual(expression("Near", ["a"]), [`${at}.operator: Invalid value: "Near": not a valid selector operator`]);
  assert.match(
    said({ podAffinity: { matchLabels: { "a b": "c" } } })[0] ?? "",
    /^spec\.podAffinity\.matchLabels: .*"a b": name part/,
  );
});

test("subnet and version never change; the same subnet in other words is the same", () => {
  assert.deepEqual(saidOfChange({}, { subnet: "10.8.0.0/16" }), ["spec.subnet: Forbidden: is not changeable"]);
  assert.deepEqual(saidOfChange({}, { ipVersion: 6 }), ["spec.ipVersion: Forbidden: is not changeable"]);
  assert.deepEqual(saidOfChange({}, { subnet: "10.7.120.11/16", disable: true }), []);
});

test("an address that somebody holds stays in the pool", () => {
  const status = { allocatedIPs: '{"10.7.120.105":{"pod":"default/vm-cirros","podUid":"u"}}', allocatedIPCount: 1 };
  assert.deepEqual(saidOfChange({}, { ips: ["10.7.120.110-10.7.120.200"] }, { status }), [
    "spec.ips: Forbidden: remove an IP address 10.7.120.105 that is being used by Pod default/vm-cirros, total IP addresses of an IPPool are jointly determined by 'spec.ips' and 'spec.excludeIPs'",
  ]);
  assert.deepEqual(saidOfChange({}, { excludeIPs: ["10.7.120.106"] }, { status }), []);
});

test("an address stays in the pool also where the pool's own list of holders is late or left out", () => {
  const forbidden = (address: string, holder: string) => [
    `spec.ips: Forbidden: remove an IP address ${address} that is being used by Pod default/${holder}, ` +
      "total IP addresses of an IPPool are jointly determined by 'spec.ips' and 'spec.excludeIPs'",
  ];
  const many = Array.from({ length: 10_000 }, (_, n) => endpoint(`vm${n}`, `10.7.${n >> 8}.${n & 255}`));
  const large = { ips: ["10.7.0.2-10.7.60.255"] };
  const change = (after: Spec, status?: SpiderIPPool["status"]) =>
    saidOfChange(large, after, { ...(status && { status }) }, ...many, endpoint("other", "10.7.50.1", "q"));
  const counted = { totalIPCount: 15_614, allocatedIPCount: 9_998 };
  assert.deepEqual(change({ excludeIPs: ["10.7.39.15-10.7.39.16"] }, counted), forbidden("10.7.39.15", "vm9999"));
  assert.deepEqual(change({ ips: ["10.7.0.9-10.7.60.255"] }), forbidden("10.7.0.2", "vm2"));
  assert.deepEqual(change({ excludeIPs: ["10.7.39.16", "10.7.50.1"] }, counted), [], "nobody has these of this pool");
});

test("who fell out of a pool before does not stand in the way of other edits", () => {
  const status = { allocatedIPs: '{"10.7.121.5":{"pod":"default/vm-cirros","podUid":"u"}}', allocatedIPCount: 1 };
  assert.deepEqual(saidOfChange({}, { excludeIPs: ["10.7.120.106"] }, { status }), []);
});

test("a pool that goes is not changed any more, and gives up its finalizer", () => {
  const metadata = { deletionTimestamp: "2026-01-02T03:04:05Z" };
  assert.deepEqual(saidOfChange({}, { disable: true }, { metadata }), [
    "spec: Forbidden: cannot update a terminating IPPool",
  ]);
  assert.deepEqual(saidOfChange({}, {}, { metadata: { ...metadata, finalizers: [] } }), []);
});

test("whoever deletes a pool in use is told who holds what", () => {
  const status = {
    allocatedIPs: '{"10.7.120.100":{"pod":"default/a","podUid":"u"},"10.7.120.101":{"pod":"default/b","podUid":"v"}}',
    allocatedIPCount: 2,
  };
  const { said: problems, warnings } = admitAs(SpiderIPPool, { ...stored({}, "p"), status }, { operation: "DELETE" });
  assert.deepEqual(problems, []);
  assert.deepEqual(warnings, [
    'SpiderIPPool "p" stays until its addresses are given back; held are 2 (10.7.120.100 by default/a, 10.7.120.101 by default/b)',
  ]);
});

test("a pool in use is not even asked to go where the settings say so", () => {
  const object = { ...stored({}, "p"), status: { totalIPCount: 101, allocatedIPCount: 2 } };
  const asked = (text: string, given: object = object) => {
    const metadata = { namespace: "kube-system", name: "spiderpool-conf" };
    const settings = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "conf.yml": text } };
    return admitAs(SpiderIPPool, given, { operation: "DELETE", known: [settings] }).said;
  };
  const on = "enableValidatingResourcesDeletedWebhook: true";
  assert.deepEqual(asked(on), ["status.allocatedIPs: Forbidden: cannot delete an IPPool with allocated IPs(2)"]);
  assert.deepEqual(asked(on, { ...object, status: { totalIPCount: 101, allocatedIPCount: 0 } }), []);
  assert.deepEqual(asked("enableIPv4: true"), []);
});

test("whoever deletes a pool of more holders than its status lists is told of the first", () => {
  const status = { totalIPCount: 101, allocatedIPCount: 9_000 };
  const known = [endpoint("b", "10.7.120.101"), endpoint("a", "10.7.120.100"), endpoint("c", "10.7.120.102", "q")];
  const object = { ...stored({}, "p"), status };
  assert.deepEqual(admitAs(SpiderIPPool, object, { operation: "DELETE", known }).warnings, [
    'SpiderIPPool "p" stays until its addresses are given back; held are 9000 (10.7.120.100 by default/a, 10.7.120.101 by default/b, and 8998 more)',
  ]);
});

test("everything that does not hang together is said at once", () => {
  const problems = said({ ips: ["x"], gateway: "10.8.0.1", routes: [{ dst: "a", gw: "b" }], podAffinity: {} });
  assert.deepEqual(
    problems.map((problem) => problem.split(":")[0]),
    ["spec.subnet", "spec.gateway", "spec.routes[0].dst", "spec.routes[0].gw", "spec.podAffinity"],
  );
});
