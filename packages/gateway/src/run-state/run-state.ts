import { Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { ApiError, badRequest, type Client, conflict } from "@peapod/machinery";
import { type Decision, type Facts, planRestart, planStart, planStop } from "./plan.ts";

/** The resource as upstream's conflicts name it: singular. */
const named = { group: "kubevirt.io", plural: "virtualmachine" };

export interface RunStateRequest {
  readonly key: { readonly namespace: string; readonly name: string };
  /** Parsed body; absent keys are defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly client: Client;
  readonly signal: AbortSignal;
}

export async function startVirtualMachine({ key, options, client, signal }: RunStateRequest): Promise<void> {
  const facts = await readFacts(client, key, signal);
  await carryOut(planStart(facts, { paused: options["paused"] === true }), facts, client, options, signal);
}

export async function stopVirtualMachine({ key, options, client, signal }: RunStateRequest): Promise<void> {
  const facts = await readFacts(client, key, signal);
  const gracePeriodSeconds = seconds(options, "gracePeriod");
  const decision = planStop(facts, { gracePeriodSeconds });
  if (gracePeriodSeconds !== undefined && facts.vmi && decision.do !== "refuse" && !isDryRun(options)) {
    const grace = { spec: { terminationGracePeriodSeconds: gracePeriodSeconds } };
    await client.patch(VirtualMachineInstance, key, grace, { type: "merge", signal });
  }
  await carryOut(decision, facts, client, options, signal);
}

export async function restartVirtualMachine({ key, options, client, signal }: RunStateRequest): Promise<void> {
  const facts = await readFacts(client, key, signal);
  const gracePeriodSeconds = seconds(options, "gracePeriodSeconds");
  await carryOut(planRestart(facts, { gracePeriodSeconds }), facts, client, options, signal);
  if (gracePeriodSeconds === 0 && facts.vmi && !isDryRun(options)) await deleteLaunchers(client, facts.vmi, signal);
}

async function readFacts(client: Client, key: RunStateRequest["key"], signal: AbortSignal): Promise<Facts> {
  const [vm, vmi] = await Promise.all([
    client.get(VirtualMachine, key, { signal }),
    client.find(VirtualMachineInstance, key, { signal }),
  ]);
  return { vm, vmi };
}

async function carryOut(
  decision: Decision,
  { vm }: Facts,
  client: Client,
  options: RunStateRequest["options"],
  signal: AbortSignal,
): Promise<void> {
  const name = vm.metadata.name ?? "";
  if (decision.do === "refuse") {
    throw decision.code === 400 ? badRequest(decision.sentence) : conflict(named, name, decision.sentence);
  }
  const key = { namespace: vm.metadata.namespace, name };
  const subresource = decision.do === "patchStatus" ? { subresource: "status" } : {};
  try {
    const write = { type: "json", signal, dryRun: isDryRun(options), ...subresource } as const;
    await client.patch(VirtualMachine, key, decision.patch, write);
  } catch (error) {
    // Somebody changed it between our look and our patch: the patch's own test says so, as upstream's does.
    if (error instanceof ApiError && error.reason === "Invalid" && decision.patch[0]?.op === "test") {
      throw conflict(named, name, error.message);
    }
    throw error;
  }
}

/** A second, not none: the kubelet still takes the guest down by itself. */
async function deleteLaunchers(client: Client, vmi: VirtualMachineInstance, signal: AbortSignal): Promise<void> {
  const { namespace, uid = "" } = vmi.metadata;
  const { items } = await client.list(Pod, { namespace, labelSelector: `kubevirt.io/created-by=${uid}`, signal });
  for (const pod of items) {
    const key = { namespace, name: pod.metadata.name ?? "" };
    await client.delete(Pod, key, { gracePeriodSeconds: 1, uid: pod.metadata.uid, signal });
  }
}

function seconds(options: RunStateRequest["options"], name: string): number | undefined {
  const value = options[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value))
    throw badRequest(`${name} has to be a whole number of seconds`);
  return value;
}

function isDryRun(options: RunStateRequest["options"]): boolean {
  const value = options["dryRun"];
  return Array.isArray(value) && value.includes("All");
}
