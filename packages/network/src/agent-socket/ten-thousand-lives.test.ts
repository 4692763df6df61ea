import assert from "node:assert/strict";
import { once } from "node:events";
import { statSync } from "node:fs";
import test from "node:test";
import { isMainThread, Worker } from "node:worker_threads";
import { SpiderEndpoint, SpiderIPPool, VirtualMachine } from "@peapod/api";
import { eventually } from "@peapod/machinery/testing";
import { openSqliteJournal } from "../ipam/journal.ts";
import { type AgentLife, createNode, type Node, type PodLife, startAgent } from "../testing/address-lives.ts";

const agents = 10;
const livesPerAgent = 1_000;
/** Left to the next agent. */
const unheardPerAgent = 8;
const atOnce = 64;
/** A busy machine takes its time; nobody waits for it to pass. */
const timeoutMs = 60_000;

/** In a thread of its own, where no test runner follows every promise: that would take a third of the time. */
if (isMainThread) {
  test("ten thousand machines and pods come and go through the agent's socket and leave nothing", async () => {
    assert.deepEqual(await once(new Worker(new URL(import.meta.url)), "exit"), [0]);
  });
} else await liveAndDie();

async function liveAndDie(): Promise<void> {
  using node = createNode();
  const fileBytes: number[] = [];
  const retained: number[] = [];
  for (let turn = 0; turn < agents; turn += 1) {
    const agent = await startAgent(node);
    await eventually(() => agent.ipam.owners().length === 0, { timeoutMs, what: "collecting what an agent left" });
    await inParallel(livesPerAgent, (n) => live(node, agent, turn * livesPerAgent + n));
    agent.lookAtAll(); // as every 600 seconds: nobody told of pods whose DEL was lost
    await eventually(() => agent.ipam.owners().length === 0, { timeoutMs, what: "collecting pods" });
    retained.push(await agent.countRetained());
    await inParallel(unheardPerAgent, (n) => dieUnheard(node, agent, turn * unheardPerAgent + n));
    await agent.stop();
    fileBytes.push(statSync(node.journalPath).size);
  }

  const agent = await startAgent(node);
  await eventually(() => agent.ipam.owners().length === 0, { timeoutMs, what: "collecting what the last agent left" });
  await eventually(() => node.api.list(SpiderEndpoint).length === 0, { timeoutMs, what: "the end of all endpoints" });
  for (const name of ["lan", "lan6"]) {
    const status = () => node.api.get(SpiderIPPool, { name })?.status;
    await eventually(() => status()?.allocatedIPCount === 0, { timeoutMs, what: `an empty "${name}"` });
    assert.equal(status()?.allocatedIPs, undefined);
    assert.equal(agent.ipam.pool(name)?.used, 0);
  }
  assert.deepEqual(agent.ipam.list(), []);
  await agent.stop();

  using journal = openSqliteJournal(node.journalPath);
  assert.deepEqual([journal.load().allocations, journal.load().macs], [[], []]);
  assert.ok(Math.max(...fileBytes) <= 2 * (fileBytes[0] ?? 0), `the journal grew: ${fileBytes.join(", ")} bytes`);
  assert.ok(Math.max(...retained) <= atOnce, `holders that are gone are still in memory: ${retained.join(", ")}`);
}

/** Every tenth is a machine, the others are pods of their own; calls are repeated, lost, given up and come too late. */
async function live(node: Node, agent: AgentLife, number: number): Promise<void> {
  if (number % 10 === 0) await liveMachine(node, agent, number);
  else await livePod(agent, node.addPod(`pod-${number}`), number);
}

async function livePod(agent: AgentLife, pod: PodLife, number: number): Promise<void> {
  if (number % 9 === 0) await agent.giveUp("ADD", pod); // its caller died, and asks again
  const told = await agent.call("ADD", pod);
  if (number % 25 === 1) {
    const again = await Promise.all([agent.call("ADD", pod), agent.call("ADD", pod), agent.call("CHECK", pod)]);
    assert.deepEqual(again.slice(0, 2), [told, told]);
  }
  const isDelLost = number % 7 === 0;
  if (!isDelLost) await agent.call("DEL", pod);
  if (number % 11 === 0) await agent.call("DEL", pod);
  pod.remove();
  if (number % 13 === 0) await agent.call("DEL", pod);
}

async function liveMachine(node: Node, agent: AgentLife, number: number): Promise<void> {
  const { api } = node;
  const key = { namespace: "default", name: `vm-${number}` };
  await api.client.create(VirtualMachine, {
    ...{ apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: key },
    spec: { runStrategy: "Always", template: { spec: { domain: { devices: {} } } } },
  });
  let pod = node.addPod(`virt-launcher-${number}`, key.name);
  const told = await agent.call("ADD", pod);
  await agent.ipam.putMac({ kind: "vm", ...key, interface: "eth0" }, macOf(number));
  if (number % 3 === 0) await eventually(() => api.get(SpiderEndpoint, key), { timeoutMs });
  if (number % 20 === 0) {
    await agent.call("DEL", pod); // and does not lose the machine its address
    pod.remove();
    pod = node.addPod(`virt-launcher-${number}-again`, key.name);
    assert.deepEqual(await agent.call("ADD", pod), told);
  }
  const isDelLost = number % 7 === 0;
  if (!isDelLost) await agent.call("DEL", pod);
  const isPodLast = number % 3 === 1;
  if (!isPodLast) pod.remove();
  await api.client.delete(VirtualMachine, key);
  pod.remove();
}

/** A pod and a machine that go when no agent hears of it any more. */
async function dieUnheard(node: Node, agent: AgentLife, number: number): Promise<void> {
  for (const pod of [node.addPod(`unheard-${number}`), node.addPod(`virt-unheard-${number}`, `unheard-vm-${number}`)]) {
    await agent.call("ADD", pod);
    agent.onceStopped(() => pod.remove());
  }
}

async function inParallel(count: number, run: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await run(next - 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function macOf(number: number): string {
  const hex = number.toString(16).padStart(6, "0");
  return `02:00:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
}
