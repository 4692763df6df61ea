import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddressWishes } from "./addresses.ts";
import { parseNamespacePools, parsePoolChoice } from "./pools.ts";
import { findNamespaceAnnotationProblems, findNetworkAnnotationProblems } from "./problems.ts";
import { parseRoutes } from "./routes.ts";

const pools = (value: unknown) =>
  parsePoolChoice({ "ipam.spidernet.io/ippools": typeof value === "string" ? value : JSON.stringify(value) });
const wishes = (value: unknown) => parseAddressWishes({ "ipam.peapod.io/addresses": JSON.stringify(value) });
const prefix = "wrong input, invalid format of Pod annotation 'ipam.spidernet.io/ippools': ";
const sentence = (text: string) => ({ name: "AnnotationError", message: text });

test("parsePoolChoice() reads the pools of interfaces with and without their names", () => {
  assert.deepEqual(pools('[{"interface":"eth0","ipv4":["10-7-v4"]}]'), {
    of: "interfaces",
    interfaces: [{ interface: "eth0", ipv4: ["10-7-v4"], ipv6: [], cleanGateway: false }],
  });
  assert.deepEqual(pools([{ ipv4: ["vlan30-v4"] }, { ipv4: ["vlan40-*"], ipv6: ["six"], cleangateway: true }]), {
    of: "interfaces",
    interfaces: [
      { interface: undefined, ipv4: ["vlan30-v4"], ipv6: [], cleanGateway: false },
      { interface: undefined, ipv4: ["vlan40-*"], ipv6: ["six"], cleanGateway: true },
    ],
  });
});

test("parsePoolChoice() looks at ippool only where there is no ippools", () => {
  const one = { "ipam.spidernet.io/ippool": '{"ipv4":["a"]}' };
  assert.deepEqual(parsePoolChoice(one), { of: "any", ipv4: ["a"], ipv6: [] });
  const both = parsePoolChoice({ ...one, "ipam.spidernet.io/ippools": '[{"ipv4":["b"]}]' });
  assert.equal(both?.of, "interfaces");
  assert.equal(parsePoolChoice({}), undefined);
});

test("parsePoolChoice() refuses in Spiderpool's words", () => {
  assert.throws(() => pools("[{"), { message: new RegExp(`^${prefix}.*JSON`) });
  assert.throws(() => pools("[]"), sentence(`${prefix}value requires at least one item`));
  assert.throws(
    () => pools([{ interface: "eth0", ipv4: ["a"] }, { ipv4: ["b"] }]),
    sentence(`${prefix}NIC should be either all specified or all unspecified`),
  );
  assert.throws(
    () => pools([{ interface: "eth0" }, { interface: "eth0" }]),
    sentence(`${prefix}duplicate interface eth0`),
  );
  assert.throws(
    () => pools([{ interface: "net1", ipv4: ["a", "b", "a"] }]),
    sentence("wrong input, duplicate IPPool a specified for NIC net1"),
  );
  assert.throws(() => pools([{ ipv4: "a" }]), sentence(`${prefix}"ipv4" is no list of names`));
  assert.throws(() => pools([{ ipv4: ["a"], cleangateway: "yes" }]), /"cleangateway" is neither true nor false/);
});

test("parseNamespacePools() reads one family or both", () => {
  const v4 = { "ipam.spidernet.io/default-ipv4-ippool": '["a","b"]' };
  assert.deepEqual(parseNamespacePools(v4), { ipv4: ["a", "b"], ipv6: [] });
  assert.equal(parseNamespacePools({}), undefined);
  assert.match(
    findNamespaceAnnotationProblems({ "ipam.spidernet.io/default-ipv6-ippool": "a" }, "metadata.annotations")[0]
      ?.message ?? "",
    /default-ipv6-ippool': .*JSON/,
  );
});

test("parseRoutes() wants a destination and a router of one family", () => {
  const routes = (value: unknown) => parseRoutes({ "ipam.spidernet.io/routes": JSON.stringify(value) });
  assert.deepEqual(routes([{ dst: "10.0.0.0/16", gw: "192.168.1.1" }]), [{ dst: "10.0.0.0/16", gw: "192.168.1.1" }]);
  assert.throws(() => routes([{ dst: "10.0.0.0", gw: "192.168.1.1" }]), /"10.0.0.0" is no destination/);
  assert.throws(() => routes([{ dst: "10.0.0.0/16" }]), /"" is no address of a router/);
  assert.throws(() => routes([{ dst: "10.0.0.0/16", gw: "fd00::1" }]), /different IP families/);
});

test("parseAddressWishes() reads one particular address in its canonical form", () => {
  assert.deepEqual(wishes([{ interface: "eth0", ipv4: "10.7.120.150", ipv6: "FD00:0::5", mac: "02-00-00-00-00-AB" }]), [
    { interface: "eth0", provider: undefined, ipv4: "10.7.120.150", ipv6: "fd00::5", mac: "02:00:00:00:00:ab" },
  ]);
});

test("parseAddressWishes() refuses what no interface can have", () => {
  assert.throws(() => wishes([{ ipv4: "10.7.0.5/16" }]), /"10.7.0.5\/16" is no IPv4 address/);
  assert.throws(() => wishes([{ ipv4: "fd00::5" }]), /"fd00::5" is no IPv4 address/);
  assert.throws(() => wishes([{ mac: "01:00:5e:00:00:01" }]), /no MAC address of one interface/);
  assert.throws(() => wishes([{ ipv4: "10.7.0.5" }, { ipv4: "10.7.0.5" }]), /10.7.0.5 is there twice/);
  assert.throws(() => wishes([]), /at least one item/);
});

test("parseAddressWishes() reads what Kube-OVN's users write", () => {
  const read = parseAddressWishes({
    "ovn.kubernetes.io/ip_address": "10.16.0.15, fd00::15",
    "ovn.kubernetes.io/mac_address": "00:00:00:53:6B:B6",
    "lan.default.ovn.kubernetes.io/ip_address": "10.17.0.15",
  });
  assert.deepEqual(read, [
    { interface: "eth0", provider: undefined, ipv4: "10.16.0.15", ipv6: "fd00::15", mac: "00:00:00:53:6b:b6" },
    { interface: undefined, provider: "lan.default", ipv4: "10.17.0.15", ipv6: undefined, mac: undefined },
  ]);
  assert.throws(() => parseAddressWishes({ "ovn.kubernetes.io/ip_address": "10.16.0.15,10.16.0.16" }), /two of IPv4/);
  assert.throws(
    () => parseAddressWishes({ "ovn.kubernetes.io/ip_address": "10.16.0.15", "ipam.peapod.io/addresses": "[]" }),
    /in one of them/,
  );
});

test("findNetworkAnnotationProblems() finds all of them, and where they are", () => {
  const problems = findNetworkAnnotationProblems(
    {
      "ipam.spidernet.io/subnets": '[{"ipv4":["s"]}]',
      "ipam.spidernet.io/ippools": "[]",
      "k8s.v1.cni.cncf.io/networks": "a b",
      other: "x",
    },
    "spec.template.metadata.annotations",
  );
  assert.deepEqual(
    problems.map(({ path }) => path),
    ["ipam.spidernet.io/subnets", "ipam.spidernet.io/ippools", "k8s.v1.cni.cncf.io/networks"].map(
      (annotation) => `spec.template.metadata.annotations[${annotation}]`,
    ),
  );
  assert.match(problems[0]?.message ?? "", /Peapod does not make pools of subnets by itself yet/);
});
