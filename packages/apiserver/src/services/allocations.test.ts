import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@peapod/api";
import fc from "fast-check";
import { createApiServer } from "../server.ts";
import { callServer } from "../testing/call-server.ts";

const services = "/api/v1/namespaces/default/services";
const type = "application/merge-patch+json";

/** Thirteen addresses beside the API's, and fewer names than that wait for them. */
const serviceNetwork = "10.96.0.0/28";
const names = ["a", "b", "c", "d", "e", "f", "g", "h"];

const name = fc.constantFrom(...names);
const order = fc.oneof(
  fc.record({ do: fc.constant("create" as const), name, address: fc.option(fc.integer({ min: 2, max: 9 })) }),
  fc.record({ do: fc.constant("delete" as const), name }),
  fc.record({
    do: fc.constant("change" as const),
    name,
    type: fc.constantFrom("ClusterIP", "NodePort", "ExternalName"),
  }),
);

test("whatever is written at once, no address and no port has two owners, and none is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(order, { maxLength: 12 }), { maxLength: 6 }), async (rounds) => {
      await using server = await createApiServer({ serviceNetwork });
      for (const round of rounds) {
        await Promise.all(round.map((one) => carryOut(server, one)));
        const { items } = (await callServer(server, "GET", services)).json as { readonly items: readonly Service[] };
        assertUnique(items.flatMap(({ spec }) => (spec?.clusterIP ? [spec.clusterIP] : [])));
        assertUnique(items.flatMap(({ spec }) => spec?.ports?.flatMap(({ nodePort = 0 }) => nodePort || []) ?? []));
      }
      await Promise.all(names.map((one) => callServer(server, "DELETE", `${services}/${one}`)));
      const all = Array.from({ length: 13 }, (_, n) =>
        callServer(server, "POST", services, { body: service(`n${n}`) }),
      );
      assert.deepEqual(new Set((await Promise.all(all)).map(({ code }) => code)), new Set([201]));
    }),
    { numRuns: 25 },
  );
});

async function carryOut(
  server: Parameters<typeof callServer>[0],
  one: typeof order extends fc.Arbitrary<infer T> ? T : never,
) {
  if (one.do === "delete") return callServer(server, "DELETE", `${services}/${one.name}`);
  if (one.do === "create") {
    const clusterIP = one.address === null ? undefined : `10.96.0.${one.address}`;
    return callServer(server, "POST", services, { body: service(one.name, { clusterIP, type: "NodePort" }) });
  }
  const spec = { type: one.type, externalName: one.type === "ExternalName" ? "example.com" : null };
  return callServer(server, "PATCH", `${services}/${one.name}`, { body: { spec }, type });
}

function service(serviceName: string, spec: Readonly<Record<string, unknown>> = {}) {
  return { metadata: { name: serviceName }, spec: { ports: [{ port: 80 }], ...spec } };
}

function assertUnique(values: readonly (string | number)[]): void {
  assert.equal(new Set(values).size, values.length, String(values));
}
