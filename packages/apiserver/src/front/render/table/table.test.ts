import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CustomResourceDefinition,
  Event,
  type Kind,
  type KubeObject,
  Node,
  Pod,
  Role,
  Secret,
  Service,
} from "@peapod/api";
import { formatAge, formatDuration } from "./duration.ts";
import { parseIncludeObject, renderTable } from "./render-table.ts";

const now = new Date("2026-11-20T12:00:00Z");
const created = "2026-11-20T11:55:00Z";

const widget: Kind = {
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  namespaced: true,
  schema: { type: "object" },
  printerColumns: [
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Color", type: "string", jsonPath: ".spec.color", description: "the colour" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: "Wide", type: "integer", jsonPath: ".spec.replicas", priority: 1 },
  ],
};

function cells(kind: Kind, object: object): Readonly<Record<string, unknown>> {
  const { columnDefinitions = [], rows } = renderTable(kind, [object as KubeObject], { now });
  return Object.fromEntries(columnDefinitions.map(({ name }, index) => [name, rows[0]?.cells[index]]));
}

test("renderTable() shows a custom resource by its printer columns", () => {
  const object = {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "w1", creationTimestamp: created },
    spec: { color: "red", replicas: 3 },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
  const table = renderTable(widget, [object], { now, metadata: { resourceVersion: "692" } });
  assert.deepEqual(table, {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: "692" },
    columnDefinitions: [
      {
        name: "Name",
        type: "string",
        format: "name",
        description: "Name of the object, unique in its namespace.",
        priority: 0,
      },
      {
        name: "Age",
        type: "date",
        format: "",
        description: "Custom resource definition column (in JSONPath format): .metadata.creationTimestamp",
        priority: 0,
      },
      { name: "Color", type: "string", format: "", description: "the colour", priority: 0 },
      {
        name: "Ready",
        type: "string",
        format: "",
        description:
          'Custom resource definition column (in JSONPath format): .status.conditions[?(@.type=="Ready")].status',
        priority: 0,
      },
      {
        name: "Wide",
        type: "integer",
        format: "",
        description: "Custom resource definition column (in JSONPath format): .spec.replicas",
        priority: 1,
      },
    ],
    rows: [
      {
        cells: ["w1", "5m", "red", "True", 3],
        object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata },
      },
    ],
  });
});

test("renderTable() leaves cells of absent or ill-typed values empty", () => {
  assert.deepEqual(cells(widget, { metadata: { name: "w1" }, spec: { color: { a: 1 }, replicas: "three" } }), {
    Name: "w1",
    Age: null,
    Color: '{"a":1}',
    Ready: null,
    Wide: null,
  });
});

test("renderTable() shows name and age of custom resources without columns, and the creation time of kinds without a printer", () => {
  const bare: Kind = { ...widget };
  delete (bare as { printerColumns?: unknown }).printerColumns;
  assert.deepEqual(cells(bare, { metadata: { name: "w1", creationTimestamp: created } }), { Name: "w1", Age: "5m" });
  const role = { metadata: { name: "r", creationTimestamp: created } };
  assert.deepEqual(cells(Role, role), { Name: "r", "Created At": created });
  assert.deepEqual(cells(CustomResourceDefinition, role), { Name: "r", "Created At": created });
});

test("renderTable() makes a row of empty cells from a bookmark", () => {
  const bookmark = { metadata: { resourceVersion: "697" } } as unknown as KubeObject;
  assert.deepEqual(renderTable(widget, [bookmark], { now, withColumns: false }), {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: {},
    rows: [
      {
        cells: ["", null, null, null, null],
        object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { resourceVersion: "697" } },
      },
    ],
  });
});

test("renderTable() includes the object as it is asked to", () => {
  const object: KubeObject = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w1" } };
  assert.equal(renderTable(widget, [object], { now, includeObject: "None" }).rows[0]?.object, null);
  assert.equal(renderTable(widget, [object], { now, includeObject: "Object" }).rows[0]?.object, object);
});

test("parseIncludeObject() refuses what is none of the three", () => {
  assert.equal(parseIncludeObject(null), "Metadata");
  assert.equal(parseIncludeObject("None"), "None");
  assert.throws(() => parseIncludeObject("x"), {
    message:
      "Unable to convert to Table as requested: includeObject: Invalid value: \"x\": must be 'Metadata', 'Object', 'None', or empty",
  });
});

const runningPod = {
  metadata: { name: "p", creationTimestamp: created },
  spec: { nodeName: "n1", containers: [{ name: "compute" }, { name: "log" }] },
  status: {
    phase: "Running",
    podIP: "10.244.0.2",
    containerStatuses: [
      {
        name: "compute",
        ready: true,
        restartCount: 2,
        state: { running: {} },
        lastState: { terminated: { finishedAt: "2026-11-20T11:59:00Z" } },
      },
      { name: "log", ready: false, restartCount: 0, state: { waiting: { reason: "ImagePullBackOff" } } },
    ],
  },
};

test("renderTable() sums up a pod: ready containers, the most telling reason, restarts", () => {
  assert.deepEqual(cells(Pod, runningPod), {
    Name: "p",
    Ready: "1/2",
    Status: "ImagePullBackOff",
    Restarts: "2 (60s ago)",
    Age: "5m",
    IP: "10.244.0.2",
    Node: "n1",
    "Nominated Node": "<none>",
    "Readiness Gates": "<none>",
  });
});

test("renderTable() shows a pod that waits for its node, one that ended, one that is going", () => {
  const pending = { metadata: { name: "p" }, spec: { containers: [{ name: "c" }] }, status: { phase: "Pending" } };
  assert.equal(cells(Pod, pending)["Status"], "Pending");
  assert.equal(cells(Pod, pending)["Ready"], "0/1");
  const state = { terminated: { exitCode: 0, reason: "Completed" } };
  const ended = {
    ...pending,
    status: { phase: "Succeeded", containerStatuses: [{ name: "c", restartCount: 0, state }] },
  };
  assert.equal(cells(Pod, ended)["Status"], "Completed");
  const going = { ...runningPod, metadata: { ...runningPod.metadata, deletionTimestamp: created } };
  assert.equal(cells(Pod, going)["Status"], "Terminating");
});

test("renderTable() says how far a pod's init containers are", () => {
  const pod = {
    metadata: { name: "p" },
    spec: { initContainers: [{ name: "a" }, { name: "b" }], containers: [{ name: "c" }] },
    status: {
      phase: "Pending",
      initContainerStatuses: [
        { name: "a", restartCount: 0, state: { terminated: { exitCode: 0 } } },
        { name: "b", restartCount: 1, state: { running: {} } },
      ],
      containerStatuses: [{ name: "c", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } }],
    },
  };
  assert.equal(cells(Pod, pod)["Status"], "Init:1/2");
  const failed = { terminated: { exitCode: 3 } };
  const initContainerStatuses = [{ name: "a", restartCount: 4, state: failed }];
  const stuck = { ...pod, status: { ...pod.status, initContainerStatuses } };
  assert.equal(cells(Pod, stuck)["Status"], "Init:ExitCode:3");
  assert.equal(cells(Pod, stuck)["Restarts"], "4");
});

test("renderTable() shows a node's readiness, roles and addresses", () => {
  const node = {
    metadata: { name: "n1", creationTimestamp: created, labels: { "node-role.kubernetes.io/control-plane": "" } },
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      addresses: [{ type: "InternalIP", address: "192.0.2.1" }],
      nodeInfo: { kubeletVersion: "v1.34.0", osImage: "Debian", kernelVersion: "6.1", containerRuntimeVersion: "" },
    },
  };
  assert.deepEqual(Object.values(cells(Node, node)), [
    "n1",
    "Ready,SchedulingDisabled",
    "control-plane",
    "5m",
    "v1.34.0",
    "192.0.2.1",
    "<none>",
    "Debian",
    "6.1",
    "<unknown>",
  ]);
});

test("renderTable() shows a service as the recorded server did", () => {
  const service = {
    metadata: { name: "kubernetes", creationTimestamp: "2026-11-20T11:45:00Z" },
    spec: { type: "ClusterIP", clusterIP: "10.96.0.1", ports: [{ port: 443, protocol: "TCP" }] },
  };
  assert.deepEqual(Object.values(cells(Service, service)), [
    "kubernetes",
    "ClusterIP",
    "10.96.0.1",
    "<none>",
    "443/TCP",
    "15m",
    "<none>",
  ]);
});

test("renderTable() counts a secret's entries", () => {
  const secret = { metadata: { name: "s", creationTimestamp: created }, type: "Opaque", data: { a: "Yg==" } };
  assert.deepEqual(Object.values(cells(Secret, secret)), ["s", "Opaque", 1, "5m"]);
});

test("renderTable() shows when an event was last seen, and what it is about", () => {
  const event = {
    metadata: { name: "p.17" },
    involvedObject: { kind: "Pod", name: "p" },
    type: "Warning",
    reason: "FailedScheduling",
    message: "0/1 nodes are available\n",
    source: { component: "scheduler" },
    firstTimestamp: "2026-11-20T11:00:00Z",
    lastTimestamp: "2026-11-20T11:59:30Z",
    count: 3,
  };
  assert.deepEqual(Object.values(cells(Event, event)), [
    "30s",
    "Warning",
    "FailedScheduling",
    "pod/p",
    "",
    "scheduler",
    "0/1 nodes are available",
    "60m",
    3,
    "p.17",
  ]);
});

test("formatDuration() grows coarser the longer it is", () => {
  const seconds = [
    0, 119, 120, 599, 600, 10_800, 11_640, 28_800, 172_799, 172_800, 183_600, 691_200, 63_072_000, 94_608_000,
  ];
  assert.deepEqual(
    seconds.map((count) => formatDuration(count * 1000)),
    ["0s", "119s", "2m", "9m59s", "10m", "3h", "3h14m", "8h", "47h", "2d", "2d3h", "8d", "2y", "3y"],
  );
  assert.equal(formatDuration(-1000), "0s");
  assert.equal(formatDuration(-5000), "<invalid>");
});

test("formatAge() tells an absent time from a broken one", () => {
  assert.equal(formatAge(undefined, now), "<unknown>");
  assert.equal(formatAge("yesterday", now), "<invalid>");
});
