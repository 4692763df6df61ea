import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSlice, Endpoints, Pod, Service } from "@peapod/api";
import { converge, stepNames } from "@peapod/machinery/testing";
import { type Facts, planEndpoints, type Step } from "./plan.ts";

const service = (spec: Partial<NonNullable<Service["spec"]>> = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "default", name: "web", uid: "service-uid", labels: { team: "a" } },
  spec: {
    type: "ClusterIP",
    clusterIP: "10.96.0.10",
    ipFamilies: ["IPv4"],
    selector: { app: "web" },
    ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: "http" }],
    ...spec,
  },
});

interface PodOptions {
  readonly isReady?: boolean;
  readonly isGoing?: boolean;
  readonly port?: number;
  readonly phase?: string;
}
const pod = (n: number, { isReady = true, isGoing = false, port = 8080, phase = "Running" }: PodOptions = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    ...{ namespace: "default", name: `p${n}`, uid: `uid-${n}`, labels: { app: "web" } },
    ...(isGoing && { deletionTimestamp: "2026-01-15T12:00:00Z" }),
  },
  spec: {
    nodeName: "n1",
    containers: [{ name: "compute", ports: [{ name: "http", containerPort: port, protocol: "TCP" }] }],
  },
  status: {
    phase: phase as "Running", // also the other phases
    podIP: addressOf(n),
    podIPs: [{ ip: addressOf(n) }],
    conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
  },
});
const addressOf = (n: number): string => `10.244.${Math.floor(n / 250)}.${(n % 250) + 2}`;
const facts = (some: Partial<Facts> = {}): Facts => ({
  ...{ service: service(), pods: [], slices: [], endpoints: undefined },
  ...some,
});

/** What the steps leave behind. */
function apply(seen: Facts, steps: readonly Step[]): Facts {
  let { slices, endpoints } = seen;
  for (const step of steps) {
    if (step.do === "createSlice") slices = [...slices, step.slice];
    if (step.do === "updateSlice") slices = slices.map((one) => (isNamed(one, step.slice) ? step.slice : one));
    if (step.do === "deleteSlice") slices = slices.filter((one) => !isNamed(one, step.slice));
    if (step.do === "createEndpoints" || step.do === "updateEndpoints") endpoints = step.endpoints;
    if (step.do === "deleteEndpoints") endpoints = undefined;
  }
  return { ...seen, slices, endpoints };
}
const isNamed = (a: EndpointSlice, b: EndpointSlice): boolean => a.metadata.name === b.metadata.name;
const settle = (seen: Facts): Facts => {
  const next = apply(seen, planEndpoints(seen).steps);
  assert.deepEqual(stepNames(planEndpoints(next)), []);
  return next;
};

test("planEndpoints() makes a slice and an Endpoints object, and is done then", () => {
  const { slices, endpoints } = settle(facts({ pods: [pod(1), pod(2, { isReady: false })] }));
  const [slice] = slices;
  assert.match(slice?.metadata.name ?? "", /^web-[a-z0-9]{5}$/);
  assert.deepEqual(slice?.metadata.labels, {
    team: "a",
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    "kubernetes.io/service-name": "web",
  });
  assert.deepEqual(slice?.ports, [{ name: "http", protocol: "TCP", port: 8080 }]);
  assert.deepEqual(slice?.endpoints?.[0], {
    addresses: ["10.244.0.3"],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: "n1",
    targetRef: { kind: "Pod", namespace: "default", name: "p1", uid: "uid-1" },
  });
  assert.equal(slice?.endpoints?.[1]?.conditions?.ready, false);
  const [subset] = endpoints?.subsets ?? [];
  assert.deepEqual(
    subset?.addresses?.map(({ ip }) => ip),
    ["10.244.0.3"],
  );
  assert.deepEqual(
    subset?.notReadyAddresses?.map(({ ip }) => ip),
    ["10.244.0.4"],
  );
  assert.equal(endpoints?.metadata.labels?.["endpoints.kubernetes.io/managed-by"], "endpoint-controller");
});

test("planEndpoints() converges over pods that come, change and go", () => {
  const pods = [pod(1), pod(2), pod(3, { port: 9090 })];
  converge({ plan: planEndpoints, facts: facts({ pods }), apply: (seen, step) => apply(seen, [step]) });
  const seen = settle(facts({ pods }));
  assert.equal(seen.slices.length, 2);
  const later = settle({ ...seen, pods: [pod(2, { isGoing: true }), pod(3, { port: 9090 })] });
  const [first] = later.slices.filter(({ ports }) => ports?.[0]?.port === 8080);
  assert.deepEqual(first?.endpoints?.[0]?.conditions, { ready: false, serving: true, terminating: true });
  assert.deepEqual(
    later.endpoints?.subsets?.map(({ ports }) => ports?.[0]?.port),
    [9090],
  );
  const empty = settle({ ...later, pods: [] });
  assert.deepEqual(
    empty.slices.map(({ endpoints, ports }) => [endpoints, ports]),
    [[[], []]],
  );
  assert.equal(empty.endpoints?.subsets, undefined);
});

test("planEndpoints() keeps endpoints in their slices, a hundred in each", () => {
  const pods = Array.from({ length: 250 }, (_, n) => pod(n));
  const seen = settle(facts({ pods }));
  assert.deepEqual(
    seen.slices.map(({ endpoints }) => endpoints?.length),
    [100, 100, 50],
  );
  const { steps } = planEndpoints({ ...seen, pods: pods.filter((_, n) => n !== 7) });
  assert.deepEqual(stepNames({ steps }), ["updateSlice", "updateEndpoints"]);
  const again = settle({ ...apply(seen, steps), pods });
  assert.deepEqual(
    again.slices.map(({ endpoints }) => endpoints?.length),
    [100, 100, 50],
  );
});

test("planEndpoints() publishes those that are not ready where that is asked for, and none that ended", () => {
  const pods = [pod(1, { isReady: false }), pod(2, { phase: "Succeeded" })];
  const { slices } = settle(facts({ service: service({ publishNotReadyAddresses: true }), pods }));
  assert.deepEqual(
    slices[0]?.endpoints?.map(({ conditions }) => conditions),
    [{ ready: true, serving: false, terminating: false }],
  );
});

test("planEndpoints() leaves slices of other people alone, and repeats Endpoints that somebody wrote", () => {
  const manual: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace: "default", name: "by-hand", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["192.0.2.1"] }],
  };
  const { selector: _, ...spec } = service().spec ?? {};
  const free: Service = { ...service(), spec };
  assert.deepEqual(stepNames(planEndpoints(facts({ service: free, slices: [manual] }))), []);
  const endpoints: Endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { namespace: "default", name: "web" },
    subsets: [{ addresses: [{ ip: "192.0.2.2" }], ports: [{ port: 80, protocol: "TCP" }] }],
  };
  const seen = settle(facts({ service: free, slices: [manual], endpoints }));
  assert.deepEqual(
    seen.slices.map(({ endpoints }) => endpoints?.[0]?.addresses),
    [["192.0.2.1"], ["192.0.2.2"]],
  );
  assert.deepEqual(settle({ ...seen, endpoints: undefined }).slices, [manual]);
});

test("planEndpoints() removes the Endpoints of a service that is gone", () => {
  const { endpoints } = settle(facts({ pods: [pod(1)] }));
  assert.deepEqual(stepNames(planEndpoints(facts({ service: undefined, endpoints }))), ["deleteEndpoints"]);
  const theirs = { ...endpoints, metadata: { ...endpoints?.metadata, labels: {} } } as Endpoints; // of the same kind
  assert.deepEqual(stepNames(planEndpoints(facts({ service: undefined, endpoints: theirs }))), []);
});
