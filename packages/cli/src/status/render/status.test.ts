import assert from "node:assert/strict";
import test from "node:test";
import type { Node, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { renderStatus } from "./status.ts";

test("renderStatus() shows nodes, API and guests in columns, and where to ask on", () => {
  const node = {
    metadata: { name: "this-host", labels: { "node.peapod.io/acceleration": "tcg" } },
    status: { allocatable: { memory: "16Gi" }, conditions: [{ type: "Ready", status: "True" }] },
  } as unknown as Node;
  const requests = { memory: "1Gi" };
  const pod = {
    metadata: {},
    spec: { nodeName: "this-host", containers: [{ name: "compute", resources: { requests } }] },
    status: { phase: "Running" },
  } as unknown as Pod;
  const vm = (name: string, printableStatus: string, namespace = "default") =>
    ({ metadata: { name, namespace }, status: { printableStatus } }) as unknown as VirtualMachine;
  const vmi = (name: string, phase: string) =>
    ({
      metadata: { name, namespace: "default" },
      status: {
        phase,
        interfaces: [{ ipAddress: "10.244.0.2" }],
        conditions: [{ type: "Ready", status: "True" }],
      },
    }) as unknown as VirtualMachineInstance;
  const text = renderStatus({
    server: "https://127.0.0.1:6443",
    version: "v1.9.0",
    nodes: [node],
    pods: [pod, { ...pod, status: { phase: "Succeeded" } } as unknown as Pod],
    vms: [vm("web", "Running"), vm("db", "ErrImagePull", "team"), vm("old", "Stopped")],
    vmis: [vmi("web", "Running"), vmi("loose", "Scheduling")],
  });
  assert.equal(
    text,
    `node   this-host   ready   emulation   15/16 GiB free   1 guest
api    https://127.0.0.1:6443   v1.9.0
guests web       Running        10.244.0.2
       team/db   ErrImagePull                peapod why -n team db
       old       Stopped
       loose     Scheduling     10.244.0.2   peapod why loose
`,
  );
});

test("renderStatus() says what is missing where there is nothing", () => {
  const text = renderStatus({ server: "https://h", version: "v1", nodes: [], pods: [], vms: [], vmis: [] });
  assert.equal(
    text,
    "node   none: start an agent with peapod up, or peapod node\napi    https://h   v1\nguests none\n",
  );
});
