import assert from "node:assert/strict";
import { test } from "node:test";
import { makesIpv6Router } from "./ipv6-gateway.ts";

const of = (type: string, more: Readonly<Record<string, unknown>>) =>
  makesIpv6Router({ plugins: [{ type, ...more }, { type: "tuning" }] });
const six = { type: "host-local", ranges: [[{ subnet: "10.9.0.0/24" }], [{ subnet: "fd00:9::/64" }]] };

test("makesIpv6Router() knows the plugins that write the machine's setting", () => {
  assert.equal(of("bridge", { isGateway: true, ipam: six }), true);
  assert.equal(
    of("bridge", { ipMasq: true, ipam: { type: "static", addresses: [{ address: "2001:db8::5/64" }] } }),
    true,
  );
  assert.equal(of("ptp", { ipam: six }), true);
  assert.equal(
    of("bridge", { isDefaultGateway: true, ipam: { type: "spiderpool", default_ipv6_ippool: ["a"] } }),
    true,
  );
});

test("makesIpv6Router() leaves the machine alone for a bridge that is no gateway, for IPv4 and for other kinds of network", () => {
  assert.equal(of("bridge", { ipam: six }), false);
  const four = { type: "host-local", subnet: "10.9.0.0/24", routes: [{ dst: "0.0.0.0/0" }], dataDir: "/a:b/24" };
  assert.equal(of("bridge", { isGateway: true, ipam: four }), false);
  assert.equal(of("bridge", { isGateway: true, ipam: { type: "spiderpool", default_ipv6_ippool: [] } }), false);
  assert.equal(of("macvlan", { ipam: six }), false);
  assert.equal(of("bridge", { isGateway: true }), false);
});
