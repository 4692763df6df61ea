import assert from "node:assert/strict";
import test from "node:test";
import { type ClaimFacts, type InstanceClaim, planClaim } from "./plan.ts";

test("planClaim() takes the first range that no route and no other instance of the namespace uses", () => {
  const claims = [claim("000001", "10.244.1.0/24"), claim("000002", "10.244.2.0/24", "net:[2]")];
  assert.equal(planClaim(facts({})).podSubnet, "10.244.0.0/24");
  assert.equal(planClaim(facts({ routes: ["0.0.0.0/0", "10.244.0.128/25"], claims })).podSubnet, "10.244.2.0/24");
});

test("planClaim() keeps the range of its earlier life while it is free", () => {
  assert.equal(planClaim(facts({ kept: "10.244.7.0/24" })).podSubnet, "10.244.7.0/24");
  const claims = [claim("000001", "10.244.7.0/24")];
  assert.equal(planClaim(facts({ kept: "10.244.7.0/24", claims })).podSubnet, "10.244.0.0/24");
});

test("planClaim() says when the whole pod network is in use", () => {
  assert.throws(() => planClaim(facts({ routes: ["10.0.0.0/8"] })), /every \/24 of 10\.244\.0\.0\/16 is used/);
});

test("planClaim() gives instances user ids of their own, the same at every start", () => {
  const first = planClaim(facts({}));
  assert.equal(first.firstUid, 0x7000_0000 + (0xc123 % 65_000) * 4096);
  // Two instances whose names end alike, also in different namespaces, never share one.
  const second = planClaim(facts({ instance: "ffc123", claims: [{ ...first, netns: "net:[2]" }] }));
  assert.equal(second.firstUid, first.firstUid + 4096);
  assert.equal(planClaim(facts({ instance: "ffc123", claims: [second, first] })).firstUid, second.firstUid);
  const last = planClaim(facts({ instance: "00fde7", claims: [] }));
  assert.ok(last.firstUid + 4096 <= 0x7ffe_0000);
});

function facts(some: Partial<ClaimFacts>): ClaimFacts {
  const process = { pid: 1, startTime: "1" };
  return {
    instance: "abc123",
    dataDir: "/d",
    netns: "net:[1]",
    process,
    claims: [],
    kept: undefined,
    routes: [],
    ...some,
  };
}

function claim(instance: string, podSubnet: string, netns = "net:[1]"): InstanceClaim {
  return { instance, dataDir: "/d", netns, podSubnet, firstUid: 1, process: { pid: 1, startTime: "1" } };
}
