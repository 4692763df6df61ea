import assert from "node:assert/strict";
import { test } from "node:test";
import { converge, stepNames } from "@peapod/machinery/testing";
import { backedPorts } from "./backed-port.ts";
import { type Facts, planServices, type Step } from "./plan.ts";
import { parseFlows, staleFlows } from "./render/flows.ts";
import { isCovered } from "./route.ts";
import { backed, factsOf } from "./testing.ts";

const web = { clusterIP: "10.96.0.10", ports: [{ port: 80, targetPort: 8080 }] };
const dns = { clusterIP: "10.96.0.53", ports: [{ port: 53, protocol: "UDP" as const, targetPort: 53 }] };

function apply(seen: Facts, step: Step): Facts {
  if (step.do === "addRoute") return { ...seen, missingRoute: undefined };
  if (step.do === "answerHealth") return { ...seen, health: step.checks };
  if (step.do === "applyRules") {
    return { ...seen, isTableThere: true, installed: { table: step.table, isSwept: false } };
  }
  return { ...seen, ...(seen.installed && { installed: { ...seen.installed, isSwept: true } }) };
}
const settle = (facts: Facts): Facts => converge({ plan: planServices, facts, apply });
const nftOf = (facts: Facts): readonly string[] =>
  planServices(facts).steps.flatMap((step) => (step.do === "applyRules" ? step.nft.trimEnd().split("\n") : []));

test("planServices() makes the table, the route and is done", () => {
  const missingRoute = { network: "10.96.0.0/12", device: "ppabc123br" };
  const facts = factsOf([backed("web", web, ["10.244.0.2"]), backed("dns", dns, ["10.244.0.3"])], { missingRoute });
  assert.deepEqual(stepNames(planServices(facts)), ["applyRules", "addRoute", "forgetFlows"]);
  const settled = settle(facts);
  assert.deepEqual(stepNames(planServices(settled)), []);
  assert.deepEqual(stepNames(planServices({ ...settled, isTableThere: false })), ["applyRules", "forgetFlows"]);
});

test("planServices() has load balancers answered last, and again when a backend of this node goes", () => {
  const local = { ...web, type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 31_000 } as const;
  const facts = factsOf([backed("web", local, ["10.244.0.2"])]);
  assert.deepEqual(stepNames(planServices(facts)), ["applyRules", "answerHealth"]);
  const settled = settle(facts);
  assert.deepEqual(stepNames(planServices(settled)), []);
  assert.deepEqual(stepNames(planServices({ ...settled, services: [backed("web", local, [])] })), [
    "applyRules",
    "answerHealth",
  ]);
});

test("planServices() says only what differs when a backend comes", () => {
  const one = settle(factsOf([backed("web", web, ["10.244.0.2"]), backed("dns", dns, ["10.244.0.3"])]));
  const services = [backed("web", web, ["10.244.0.2", "10.244.0.4"]), backed("dns", dns, ["10.244.0.3"])];
  const t = "ip peapod_abc123_services";
  const to = "to-default/web/tcp/80";
  assert.deepEqual(nftOf({ ...one, services }), [
    `add chain ${t} ${to}/10.244.0.4/8080`,
    `add rule ${t} ${to}/10.244.0.4/8080 ip saddr 10.244.0.0/24 meta mark set meta mark or 0x00200000`,
    `add rule ${t} ${to}/10.244.0.4/8080 meta l4proto tcp dnat to 10.244.0.4:8080`,
    `flush chain ${t} all-default/web/tcp/80`,
    `add rule ${t} all-default/web/tcp/80 numgen random mod 2 vmap { 0 : goto ${to}/10.244.0.2/8080, 1 : goto ${to}/10.244.0.4/8080 }`,
  ]);
});

test("planServices() refuses where nobody answers, and takes everything away with the service", () => {
  const one = settle(
    factsOf([
      backed("web", { ...web, type: "NodePort", ports: [{ ...web.ports[0], port: 80, nodePort: 30_080 }] }, [
        "10.244.0.2",
      ]),
    ]),
  );
  const t = "ip peapod_abc123_services";
  const none = { ...one, services: [backed("web", web, [])] };
  assert.deepEqual(nftOf(none), [
    `delete element ${t} service-ips { 10.96.0.10 . tcp . 80 }`,
    `delete element ${t} node-ports { tcp . 30080 }`,
    `add element ${t} refused-ips { 10.96.0.10 . tcp . 80 : goto refuse }`,
    `flush chain ${t} to-default/web/tcp/80/10.244.0.2/8080`,
    `flush chain ${t} all-default/web/tcp/80`,
    `flush chain ${t} outside-default/web/tcp/80`,
    `delete chain ${t} to-default/web/tcp/80/10.244.0.2/8080`,
    `delete chain ${t} all-default/web/tcp/80`,
    `delete chain ${t} outside-default/web/tcp/80`,
  ]);
  assert.deepEqual(nftOf({ ...settle(none), services: [] }), [
    `delete element ${t} cluster-ips { 10.96.0.10 }`,
    `delete element ${t} refused-ips { 10.96.0.10 . tcp . 80 }`,
  ]);
});

test("backedPorts() takes those that are ready, else those that still serve, never loopback", () => {
  const { service, slices } = backed("web", web, ["10.244.0.2", "10.244.0.3", "127.0.0.1"]);
  const addresses = (conditions: readonly Readonly<Record<string, boolean>>[]) => {
    const changed = slices.map((slice) => ({
      ...slice,
      endpoints: slice.endpoints?.map((endpoint, n) => ({ ...endpoint, conditions: conditions[n] ?? {} })),
    }));
    return backedPorts(service, changed, "n1")[0]?.backends.map(({ address }) => address);
  };
  const leaving = { ready: false, serving: true, terminating: true };
  assert.deepEqual(addresses([{ ready: true }, leaving]), ["10.244.0.2"]);
  assert.deepEqual(addresses([{ ready: false }, leaving, { ready: false }]), ["10.244.0.3"]);
  assert.deepEqual(addresses([{ ready: false }, { ready: false, terminating: true }, { ready: false }]), []);
  const headless = { ...service, spec: { ...service.spec, clusterIP: "None" } };
  assert.deepEqual(backedPorts(headless, slices, "n1"), []);
});

test("staleFlows() finds UDP flows whose backend went, or that never had one", () => {
  const { service, slices } = backed("dns", dns, ["10.244.0.3"]);
  const flow = (replier: string, port = 53) =>
    `udp      17 29 src=10.244.0.2 dst=10.96.0.53 sport=3333 dport=${port} [UNREPLIED] src=${replier} dst=10.244.0.2 sport=53 dport=3333 mark=0 use=1`;
  const flows = parseFlows(
    [flow("10.244.0.3"), flow("10.244.0.9"), flow("10.96.0.53"), flow("10.1.1.1", 99), "x"].join("\n"),
  );
  assert.equal(flows.length, 4);
  assert.deepEqual(
    staleFlows(flows, backedPorts(service, slices, "n1")).map(({ replier }) => replier),
    ["10.244.0.9", "10.96.0.53"],
  );
});

test("isCovered() knows a default route and wider networks, and not those inside", () => {
  const routes = (destination: string, mask: string) =>
    `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\neth0\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`;
  assert.equal(isCovered("10.96.0.0/12", routes("00000000", "00000000")), true);
  assert.equal(isCovered("10.96.0.0/12", routes("0000000A", "000000FF")), true);
  assert.equal(isCovered("10.96.0.0/12", routes("0000600A", "0000F0FF")), true);
  assert.equal(isCovered("10.96.0.0/12", routes("0000640A", "0000FFFF")), false);
  assert.equal(isCovered("10.96.0.0/12", ""), false);
});
