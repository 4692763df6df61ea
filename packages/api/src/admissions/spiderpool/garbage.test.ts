import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Kind } from "../../kind.ts";
import { SpiderCoordinator } from "../../kinds/spiderpool/spider-coordinator.ts";
import { SpiderIPPool } from "../../kinds/spiderpool/spider-ip-pool.ts";
import { SpiderMultusConfig } from "../../kinds/spiderpool/spider-multus-config.ts";
import { SpiderReservedIP } from "../../kinds/spiderpool/spider-reserved-ip.ts";
import { admitAs } from "../../testing/admit.ts";

const letters = fc.constantFrom(..."0123456789abf.:-/%");
const text = fc.oneof(
  fc.string(),
  fc.array(letters, { maxLength: 20 }).map((all) => all.join("")),
);
const texts = fc.array(text, { maxLength: 3 });
const routes = fc.array(fc.record({ dst: text, gw: text }), { maxLength: 2 });
const spec = fc.record(
  {
    subnet: fc.oneof(text, fc.constant("10.7.0.0/16"), fc.constant("fd00::/64")),
    ipVersion: fc.oneof(fc.constantFrom(4, 6, 5), fc.jsonValue()),
    ips: fc.oneof(texts, fc.jsonValue()),
    excludeIPs: texts,
    gateway: text,
    routes: fc.oneof(routes, fc.jsonValue()),
    podAffinity: fc.jsonValue(),
    vlan: fc.jsonValue(),
    cniType: fc.constantFrom("macvlan", "vlan", "ovs", "custom", "sriov"),
    macvlan: fc.jsonValue(),
    ovs: fc.jsonValue(),
    vlanMode: text,
    chainCNIJsonData: fc.oneof(texts, fc.jsonValue()),
    customCNI: text,
    coordinator: fc.jsonValue(),
    hijackCIDR: texts,
    policyRoutes: routes,
    podMACPrefix: text,
    vethLinkAddress: text,
  },
  { requiredKeys: [] },
);

const kinds = [SpiderIPPool, SpiderReservedIP, SpiderMultusConfig, SpiderCoordinator] as readonly Kind[];

test("whatever a spec says, the object is admitted or refused with a sentence", () => {
  fc.assert(
    fc.property(spec, text, (given, allocatedIPs) => {
      for (const kind of kinds) {
        const object = { apiVersion: "spiderpool.spidernet.io/v2beta1", kind: kind.kind, metadata: { name: "x" } };
        const { said } = admitAs(kind, { ...object, spec: given, status: { allocatedIPs } });
        assert.ok(said.every((problem) => problem !== ""));
      }
    }),
    { numRuns: 1_000 },
  );
});
