import { Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Client } from "@peapod/machinery";
import { eventually } from "../e2e/harness.ts";
import { guestManifest } from "./guest-manifest.ts";

/** One `kubectl delete pod` of a running guest that is given no time to shut down. */
export interface Restart {
  /** From the answer to the deletion to the first answer of the new guest, at the same address. */
  readonly answersMs: number;
}

const namespace = "default";

/**
 * Deletes the pod of one machine again and again.
 *
 * @throws {Error} when the machine comes back at another address
 */
export async function measureRestarts(client: Client, rounds: number): Promise<readonly Restart[]> {
  const name = "bench-restart";
  await client.create(VirtualMachine, guestManifest(name));
  let before = await runningInstance(client, name, undefined);
  await answer(before.address);
  const restarts: Restart[] = [];
  for (let round = 1; round <= rounds; round++) {
    const pods = await client.list(Pod, { namespace, labelSelector: `kubevirt.io/created-by=${before.uid}` });
    await client.delete(Pod, { namespace, name: pods.items[0]?.metadata.name ?? "" });
    const deletedAt = performance.now();
    const now = await runningInstance(client, name, before.uid);
    if (now.address !== before.address) throw new Error(`Cannot go on: ${before.address} became ${now.address}`);
    await answer(now.address);
    restarts.push({ answersMs: performance.now() - deletedAt });
    before = now;
  }
  await client.delete(VirtualMachine, { namespace, name });
  await eventually(
    `${name} is gone`,
    async () => !(await client.find(VirtualMachine, { namespace, name })) || undefined,
  );
  return restarts;
}

async function runningInstance(client: Client, name: string, notThis: string | undefined) {
  return eventually(`vmi/${name} runs`, async () => {
    const vmi = await client.find(VirtualMachineInstance, { namespace, name });
    const address = vmi?.status?.interfaces?.[0]?.ipAddress;
    const { uid = "" } = vmi?.metadata ?? {};
    return vmi?.status?.phase === "Running" && uid !== notThis && address !== undefined ? { uid, address } : undefined;
  });
}

/** A guest that still boots refuses at once or says nothing: ask often, and wait for no answer long. */
async function answer(address: string): Promise<void> {
  await eventually(`http://${address}/ answers`, async () => {
    const response = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(200) });
    return (await response.text()) || undefined;
  });
}
