import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SpiderIPPool } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { admitAs } from "../../../testing/admit.ts";

/** 10.7.0.0/27, as small as a picture of it. */
const lastByte = fc.nat({ max: 31 });
const range = fc.tuple(lastByte, lastByte).map(([a, b]) => `10.7.0.${Math.min(a, b)}-10.7.0.${Math.max(a, b)}`);
const write = fc.record({
  name: fc.constantFrom("a", "b", "c", "d"),
  subnet: fc.constantFrom("10.7.0.0/27", "10.7.0.0/27", "10.7.0.0/28", "10.7.0.16/28"),
  ips: fc.array(range, { maxLength: 3 }),
  excludeIPs: fc.array(range, { maxLength: 2 }),
});

test("whatever pools are written, and in whatever order, no address is ever in two of them", () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
      const pools = new Map<string, SpiderIPPool>();
      for (const { name, ...spec } of writes) {
        const old = pools.get(name);
        const given = { metadata: { ...old?.metadata, name }, spec: { ...old?.spec, ...spec } };
        const known = [...pools.values()];
        const { object, said } = admitAs(
          SpiderIPPool,
          { apiVersion: "spiderpool.spidernet.io/v2beta1", kind: "SpiderIPPool", ...given },
          { known, ...(old && { oldObject: old }) },
        );
        if (said.length === 0) pools.set(name, object);
      }
      for (let byte = 0; byte < 32; byte++) {
        const holders = [...pools.values()].filter((pool) => has(pool, byte));
        assert.ok(holders.length <= 1, `10.7.0.${byte} is in ${holders.map(({ metadata }) => metadata.name)}`);
      }
    }),
  );
});

/** Read from the text alone, without the arithmetic that is tried. */
function has({ spec }: SpiderIPPool, byte: number): boolean {
  const isIn = (text: string) => {
    const [first = 0, last = first] = text.split("-").map((ip) => Number(ip.slice("10.7.0.".length)));
    return byte >= first && byte <= last;
  };
  return (spec?.ips ?? []).some(isIn) && !(spec?.excludeIPs ?? []).some(isIn);
}
