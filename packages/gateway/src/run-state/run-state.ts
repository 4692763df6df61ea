import { Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { ApiError, badRequest, type Client, conflict } from "@peapod/machinery";
import { getVirtualMachine, named } from "../named.ts";
import { isDryRun, type Options, secondsOf } from "../read-options.ts";
import { type Decision, type Facts, isFinal, planRestart, planStart, planStop } from "./plan.ts";

export interface RunStateRequest {
  readonly key: { readonly namespace: string; readonly name: string };
  /** Parsed body; absent keys are defaults. */
  readonly options: Options;
  readonly client: Client;
  readonly signal: AbortSignal;
}

export async function startVirtualMachine({ key, options, client, signal }: RunStateRequest): Promise<void> {
  const facts = await readFacts(client, key, signal);
  await carryOut(planStart(facts, { paused: options["paused"] === true }), facts, client, options, signal);
}

export async function stopVirtualMachine({ key, options, client, signal }: RunStateRequest): Promise<void> {
  const facts = await readFacts(client, key, signal);
  const gracePeriodSeconds = secondsOf(options, "gracePeriod");
  const decision = planStop(facts, { gracePeriodSeconds });
  const isLive = facts.vmi !== undefined && !isFinal(facts.vmi);
  if (gracePeriodSeconds !== undefined && isLive && decision.do !== "refuse" && !isDryRun(options)) {
    const grace = { spec: { terminationGracePeriodSeconds: gracePeriodSeconds } };
    await client.patch(VirtualMachineInstance, key, grace, { type: "merge", signal });
  }
  await carryOut(decision, facts, client, options, signal);
}

export async function restartVirtualMachine({ key, options, client, signal }: RunStateRequest): Promise<void> {
  const facts = await readFacts(client, key, signal);
  const gracePeriodSeconds = secondsOf(options, "gracePeriodSeconds");
  await carryOut(planRestart(facts, { gracePeriodSeconds }), facts, client, options, signal);
  if (gracePeriodSeconds === 0 && facts.vmi && !isDryRun(options)) await deleteLaunchers(client, facts.vmi, signal);
}

async function readFacts(client: Client, key: RunStateRequest["key"], signal: AbortSignal): Promise<Facts> {
  const [vm, vmi] = await Promise.all([
    getVirtualMachine(client, key, signal),
    client.find(VirtualMachineInstance, key, { signal }),
  ]);
  return { vm, vmi };
}

async function carryOut(
  decision: Decision,
  { vm }: Facts,
  client: Client,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const name = vm.metadata.name ?? "";
  if (decision.do === "refuse") {
    throw decision.code === 400 ? badRequest(decision.sentence) : conflict(named.vm, name, decision.sentence);
  }
  const key = { namespace: vm.metadata.namespace, name };
  const subresource = decision.do === "patchStatus" ? { subresource: "status" } : {};
  try {
    const write = { type: "json", signal, dryRun: isDryRun(options), ...subresource } as const;
    await client.patch(VirtualMachine, key, decision.patch, write);
  } catch (error) {
    // Somebody changed it between our look and our patch: the patch's own test says so, as upstream's does.
    if (error instanceof ApiError && error.reason === "Invalid" && decision.patch[0]?.op === "test") {
      throw conflict(named.vm, name, "jsonpatch test operation does not apply: it was changed at the same time");
    }
    throw error;
  }
}

/** A second, not none: the kubelet still takes the guest down by itself. */
async function deleteLaunchers(client: Client, vmi: VirtualMachineInstance, signal: AbortSignal): Promise<void> {
  const { namespace, uid = "" } = vmi.metadata;
  const labelSelector = `kubevirt.io=virt-launcher,kubevirt.io/created-by=${uid}`;
  const { items } = await client.list(Pod, { namespace, labelSelector, signal });
  for (const pod of items) {
    const key = { namespace, name: pod.metadata.name ?? "" };
    await client.delete(Pod, key, { gracePeriodSeconds: 1, uid: pod.metadata.uid, signal });
  }
}
