/** Incremental transactions, as the kernel sees them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "@peapod/machinery/node";
import fc from "fast-check";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { type ServiceState, serviceEffects } from "./effects.ts";
import { HealthServers } from "./health/server.ts";
import { type Facts, planServices } from "./plan.ts";
import { backed, factsOf } from "./testing.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("many small transactions come to the same rules as one whole one", async () => {
    const state: ServiceState = { installed: undefined, health: new HealthServers() };
    const effects = serviceEffects(state);
    const services = fc.array(
      fc.record({ n: fc.integer({ min: 0, max: 5 }), protocol, spec: someSpec, backends: someBackends }),
    );
    const apply = async (given: Facts["services"], isWhole: boolean) => {
      const { steps } = planServices(factsOf(given, { installed: state.installed, isTableThere: !isWhole }));
      // The effect looks at nothing but its step and the signal.
      for (const step of steps) await effects[step.do](step as never, { signal: AbortSignal.timeout(60_000) } as never);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(services, { minLength: 2, maxLength: 6 }), async (rounds) => {
        const made = rounds.map((round) => {
          const byName = new Map(round.map((one) => [one.n, one]));
          return [...byName.values()].map(({ n, protocol, spec, backends }) => {
            const ports = [
              { port: 80, protocol, targetPort: 8080, ...(spec.type === "NodePort" && { nodePort: 30_000 + n }) },
            ];
            return backed(`s${n}`, { ...spec, clusterIP: `10.96.1.${n}`, ports }, backends);
          });
        });
        for (const [index, round] of made.entries()) await apply(round, index === 0);
        const bySmallSteps = await rulesOf("peapod_abc123_services");
        await apply(made.at(-1) ?? [], true);
        assert.deepEqual(bySmallSteps, await rulesOf("peapod_abc123_services"));
      }),
      { numRuns: 15 },
    );
  });
}

const protocol = fc.constantFrom("TCP" as const, "UDP" as const, "SCTP" as const);
const someBackends = fc.uniqueArray(fc.constantFrom("10.244.0.2", "10.244.0.3", "10.244.0.4", "198.51.100.7"));
const someSpec = fc.record(
  {
    type: fc.constantFrom("ClusterIP", "NodePort"),
    internalTrafficPolicy: fc.constantFrom("Local", "Cluster"),
    externalTrafficPolicy: fc.constantFrom("Local", "Cluster"),
    sessionAffinity: fc.constantFrom("ClientIP", "None"),
    sessionAffinityConfig: fc.constantFrom({ clientIP: { timeoutSeconds: 60 } }, { clientIP: { timeoutSeconds: 90 } }),
    externalIPs: fc.constantFrom(["203.0.113.5"], []),
  },
  { requiredKeys: ["type"] },
);

/** A table as the kernel has it, without what depends on the order in which it was made. */
async function rulesOf(table: string): Promise<readonly string[]> {
  const { stdout } = await run(["nft", "-j", "list", "table", "ip", table], { maxOutputBytes: 1024 * 1024 });
  const { nftables } = JSON.parse(stdout) as { readonly nftables: readonly Record<string, Record<string, unknown>>[] }; // nft's own form
  const chains = new Map<string, unknown[]>();
  const others = nftables.flatMap(({ rule, chain, map, set }) => {
    if (rule) chains.set(String(rule["chain"]), [...(chains.get(String(rule["chain"])) ?? []), rule["expr"]]);
    if (chain) return [`chain ${chain["name"]} ${chain["hook"]} ${chain["prio"]}`];
    const holder = map ?? set;
    const elements = holder?.["elem"];
    return holder
      ? [`${holder["name"]} ${Array.isArray(elements) ? elements.map((one) => JSON.stringify(one)).sort() : ""}`]
      : [];
  });
  return [...others, ...[...chains].map(([name, rules]) => `${name} ${JSON.stringify(rules)}`)].sort();
}
