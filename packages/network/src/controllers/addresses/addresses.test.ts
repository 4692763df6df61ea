import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { silentLog, startControllers } from "@peapod/machinery";
import { converge, createFakeApi, eventually, stepNames } from "@peapod/machinery/testing";
import { openIpam } from "../../ipam/ipam.ts";
import { openSqliteJournal } from "../../ipam/journal.ts";
import { createAddressController } from "./index.ts";
import { type Facts, planAddresses } from "./plan.ts";

test("planAddresses() keeps addresses while there is a VM or a VMI, waits for pods, then releases", () => {
  assert.deepEqual(stepNames(planAddresses(facts({ hasMachine: true }))), []);
  assert.deepEqual(stepNames(planAddresses(facts({ hasInstance: true }))), []);
  assert.deepEqual(planAddresses(facts({ isInUse: true })), { steps: [], lookAgainInMs: 2_000 });
  assert.deepEqual(stepNames(planAddresses(facts({}))), ["releaseAddresses"]);
  converge({ plan: planAddresses, facts: facts({}), apply: (seen) => ({ ...seen, isKnown: false }) });
});

test("planAddresses() releases what a VM holds where addresses are not kept, once its pod is gone", () => {
  const off = { hasMachine: true, areKept: false };
  assert.deepEqual(planAddresses(facts({ ...off, isInUse: true })), { steps: [], lookAgainInMs: 2_000 });
  assert.deepEqual(stepNames(planAddresses(facts(off))), ["releaseAddresses"]);
});

test("planAddresses() gives up what was on trial for a pod that is gone, and nothing of a pod that is here", () => {
  const left = facts({ hasMachine: true, hasTrials: true });
  assert.deepEqual(stepNames(planAddresses(left)), ["releaseTrials"]);
  assert.deepEqual(planAddresses({ ...left, isInUse: true }).steps, []);
  converge({ plan: planAddresses, facts: left, apply: (seen) => ({ ...seen, hasTrials: false }) });
});

test("planAddresses() records what a running pod has and nobody wrote down", () => {
  const family = 4 as const;
  const allocation = {
    ...{ pool: "pods", family, address: 7n, owner: { ...facts({}).owner, interface: "eth0" } },
    holder: { podUid: "u", podName: "p", node: "n1" },
  } as const;
  const running = facts({ isKnown: false, hasInstance: true, isInUse: true, unrecorded: [allocation] });
  assert.deepEqual(planAddresses(running).steps, [{ do: "recordAddress", allocation }]);
  converge({ plan: planAddresses, facts: running, apply: (seen) => ({ ...seen, unrecorded: [], isKnown: true }) });
});

test("the address controller releases what VMs held that went, also those that went while nobody looked", async (t) => {
  using ipam = openIpam(openSqliteJournal(databasePath(t)));
  await ipam.putPool({ name: "pods", subnet: "10.244.0.0/24" });
  for (const name of ["gone", "stays", "alone", "goes"]) {
    const holder = { podUid: name, podName: name, node: "n1" };
    const nics = [{ interface: "eth0", addresses: [{ family: 4, pools: ["pods"] }] }] as const;
    await ipam.allocate({ owner: { kind: "vm", namespace: "default", name }, holder, nics });
  }
  await ipam.allocate({
    owner: { kind: "vm", namespace: "default", name: "stays" },
    holder: { podUid: "stays", podName: "stays", node: "n1" },
    nics: [{ interface: "net1", addresses: [{ family: 4, pools: ["pods"] }] }],
    isTrial: true,
  });
  const { client, put } = createFakeApi({ kinds: [VirtualMachine, VirtualMachineInstance] });
  for (const name of ["stays", "goes"]) put(VirtualMachine, machine(name));
  put(VirtualMachineInstance, instance("alone"));
  const stop = new AbortController();
  const log = silentLog;
  const controller = createAddressController({
    ...{ ipam, log, isInUse: () => false, interfacesOf: () => [], present: () => [] },
    settings: { enableKubevirtStaticIP: () => true, onChange: () => ({ [Symbol.dispose]: () => {} }) },
  });
  const { done } = startControllers([controller], { client, log, recorder: { record: () => {} }, signal: stop.signal });
  const owners = () =>
    ipam
      .list()
      .map(({ owner }) => owner.name)
      .sort()
      .join(" ");
  await eventually(() => owners() === "alone goes stays");
  await eventually(() => ipam.list().every(({ isOnTrial }) => !isOnTrial));
  await client.delete(VirtualMachine, { namespace: "default", name: "goes" });
  await client.delete(VirtualMachineInstance, { namespace: "default", name: "alone" });
  await eventually(() => owners() === "stays");
  stop.abort();
  await done;
});

function facts(some: Partial<Facts>): Facts {
  const owner = { kind: "vm", namespace: "default", name: "web" } as const;
  const nobody = {
    hasTrials: false,
    hasMachine: false,
    hasInstance: false,
    isInUse: false,
    areKept: true,
    unrecorded: [],
  };
  return { owner, isKnown: true, ...nobody, ...some };
}

function machine(name: string): VirtualMachine {
  const metadata = { namespace: "default", name };
  return { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata, spec: { template: {} } } as VirtualMachine; // only its name is looked at
}

function instance(name: string): VirtualMachineInstance {
  const metadata = { namespace: "default", name };
  return { apiVersion: "kubevirt.io/v1", kind: "VirtualMachineInstance", metadata, spec: {} } as VirtualMachineInstance; // only its name is looked at
}

function databasePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-addresses-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "ipam.db");
}
