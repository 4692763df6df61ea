import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoordinatorSpec } from "../../../kinds/spiderpool/coordinator-spec.ts";
import { SpiderCoordinator } from "../../../kinds/spiderpool/spider-coordinator.ts";
import { admitAs } from "../../../testing/admit.ts";

const admit = (spec: CoordinatorSpec) =>
  admitAs(SpiderCoordinator, {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderCoordinator",
    metadata: { name: "default" },
    spec,
  });
const said = (spec: CoordinatorSpec) => admit({ podCIDRType: "none", ...spec }).said;

test("the coordinator's settings get upstream's defaults, single addresses become subnets", () => {
  const { object, said: problems } = admit({
    podCIDRType: "none",
    hijackCIDR: ["169.254.0.0/16", "10.1.1.1", "fd00::1"],
    policyRoutes: [{ dst: "10.2.2.2", gw: "10.7.0.2" }],
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(object.spec, {
    mode: "auto",
    podCIDRType: "none",
    tunePodRoutes: true,
    hostRuleTable: 500,
    podRPFilter: 0,
    txQueueLen: 0,
    vethLinkAddress: "",
    vethMTU: 1500,
    hijackCIDR: ["169.254.0.0/16", "10.1.1.1/32", "fd00::1/128"],
    policyRoutes: [{ dst: "10.2.2.2/32", gw: "10.7.0.2" }],
  });
});

test("where pods' subnets are known from has to be said", () => {
  assert.deepEqual(admit({}).said, [
    'spec.podCIDRType: Unsupported value: "": supported values: "auto", "cluster", "calico", "cilium", "none"',
  ]);
});

test("destinations and routers are addresses of one family", () => {
  assert.deepEqual(said({ hijackCIDR: ["10.0.0.0/8", "x", "10.0.0.0/40"] }), [
    'spec.extraCIDR[1]: Invalid value: "x": ParseAddr("x"): unable to parse IP',
    'spec.extraCIDR[2]: Invalid value: "10.0.0.0/40": netip.ParsePrefix("10.0.0.0/40"): no IP address, or no prefix length of its family',
  ]);
  assert.deepEqual(said({ policyRoutes: [{ dst: "10.0.0.0/8", gw: "y" }] }), [
    'spec.policyRoutes[0].gw: Invalid value: "y": gw is an invalid IP address',
  ]);
  assert.deepEqual(said({ policyRoutes: [{ dst: "10.0.0.0/8", gw: "fd00::1" }] }), [
    'spec.policyRoutes[0]: Invalid value: {"dst":"10.0.0.0/8","gw":"fd00::1"}: dst and gw must use the same IP family',
  ]);
});

test("numbers and addresses of the interfaces are possible ones", () => {
  assert.deepEqual(said({ podMACPrefix: "0a1b" }), [
    'spec.podMACPrefix: Invalid value: "0a1b": not a valid MAC prefix',
  ]);
  assert.deepEqual(said({ txQueueLen: -1 }), ["spec.txQueueLen: Invalid value: -1: txQueueLen can't be less than 0"]);
  assert.deepEqual(said({ podRPFilter: 3 }), [
    'spec.podRPFilter: Unsupported value: 3: supported values: "0", "1", "2"',
  ]);
  assert.deepEqual(said({ podRPFilter: -1 }), []);
  assert.deepEqual(said({ vethLinkAddress: "here" }), [
    'spec.vethLinkAddress: Invalid value: "here": vethLinkAddress is an invalid IP address',
  ]);
});
