import assert from "node:assert/strict";
import { test } from "node:test";
import { Namespace } from "../../kinds/core/namespace.ts";
import { Pod } from "../../kinds/core/pod.ts";
import { SpiderReservedIP } from "../../kinds/spiderpool/spider-reserved-ip.ts";
import { SpiderSubnet } from "../../kinds/spiderpool/spider-subnet.ts";
import { admitAs } from "../../testing/admit.ts";

const apiVersion = "spiderpool.spidernet.io/v2beta1";

function reserve(spec: object, oldObject?: SpiderReservedIP) {
  const object = { apiVersion, kind: "SpiderReservedIP", metadata: { name: "r" }, spec };
  return admitAs(SpiderReservedIP, object, oldObject && { oldObject });
}

test("reserved addresses get their version and their shortest form", () => {
  const { object, said } = reserve({ ips: ["10.7.0.9", "10.7.0.8", "10.7.0.8"] });
  assert.deepEqual(said, []);
  assert.deepEqual(object.spec, { ipVersion: 4, ips: ["10.7.0.8-10.7.0.9"] });
});

test("reserved addresses are ranges of one family, which stays", () => {
  assert.deepEqual(reserve({ ips: ["10.7.0.9", "fd00::1", "10.7.0.9 - 10.7.0.10"] }).said, [
    "spec.ips[1]: Invalid value: \"fd00::1\": invalid IP range format in IPv4 'fd00::1'",
    "spec.ips[2]: Invalid value: \"10.7.0.9 - 10.7.0.10\": invalid IP range format in IPv4 '10.7.0.9 - 10.7.0.10'",
  ]);
  assert.deepEqual(reserve({ ips: [] }).said, [
    "spec.ipVersion: Invalid value: null: is not generated correctly, 'spec.ips' is empty or 'spec.ips[0]' may be invalid",
  ]);
  const { object } = reserve({ ips: ["10.7.0.9"] });
  assert.deepEqual(reserve({ ips: ["fd00::1"], ipVersion: 6 }, object).said, [
    "spec.ipVersion: Forbidden: is not changeable",
  ]);
});

test("there is no SpiderSubnet", () => {
  const subnet = { apiVersion, kind: "SpiderSubnet", metadata: { name: "s" }, spec: { subnet: "10.7.0.0/16" } };
  assert.deepEqual(admitAs(SpiderSubnet, subnet).said, [
    "spec: Forbidden: Peapod does not make pools of subnets by itself yet; make a SpiderIPPool of these addresses",
  ]);
});

test("a pod whose annotations cannot be read is refused", () => {
  const pod = (annotations: { [key: string]: string }) =>
    admitAs(Pod, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "default", annotations },
      spec: { containers: [{ name: "c", image: "i" }] },
    }).said;
  assert.deepEqual(pod({ "ipam.spidernet.io/ippool": '{"ipv4":["a"]}' }), []);
  assert.match(
    pod({ "ipam.spidernet.io/ippools": "[]" })[0] ?? "",
    /^metadata\.annotations\[ipam\.spidernet\.io\/ippools\]: .*value requires at least one item$/,
  );
});

test("a namespace's pools are lists of names, looked at when they change", () => {
  const namespace = (text: string) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "n", annotations: { "ipam.spidernet.io/default-ipv4-ippool": text } },
  });
  assert.deepEqual(admitAs(Namespace, namespace('["a"]')).said, []);
  assert.equal(admitAs(Namespace, namespace("a")).said.length, 1);
  assert.deepEqual(admitAs(Namespace, namespace("a"), { oldObject: namespace("a") }).said, []);
});
