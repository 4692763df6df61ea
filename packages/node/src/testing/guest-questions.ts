import assert from "node:assert/strict";
import { Pod, VirtualMachineInstance } from "@peapod/api";
import { eventually } from "@peapod/machinery/testing";
import { launcherPod, podKey, scheduledInstance, vmiKey } from "./guest-objects.ts";
import type { GuestWorld, startGuestNode } from "./guest-world.ts";

/** What tests of guests do to a world, and what they ask of it. */
export type GuestNode = Awaited<ReturnType<typeof startGuestNode>>;

const all = { follow: false, timestamps: false, previous: false };

export async function up(world: GuestWorld, instance = scheduledInstance(), pod = launcherPod()): Promise<void> {
  world.api.put(VirtualMachineInstance, instance);
  world.api.put(Pod, pod);
}

/** What garbage collection and the cluster half do: the pod goes, then the VMI. */
export async function down(world: GuestWorld): Promise<void> {
  if (world.api.get(Pod, podKey)) await world.api.client.delete(Pod, podKey, { gracePeriodSeconds: 60 });
  await eventually(() => world.api.get(Pod, podKey) === undefined, { timeoutMs: 30_000, what: "the pod's removal" });
  world.api.remove(VirtualMachineInstance, vmiKey);
}

export function vmi({ api }: GuestWorld): VirtualMachineInstance | undefined {
  return api.get(VirtualMachineInstance, vmiKey);
}

export async function phase(world: GuestWorld, wanted: string): Promise<VirtualMachineInstance> {
  const seen = () => {
    const found = vmi(world);
    return found?.status?.phase === wanted ? found : undefined;
  };
  return await eventually(seen, { timeoutMs: 30_000, what: `the phase ${wanted}` });
}

export const running = (world: GuestWorld) => phase(world, "Running");

export function condition(world: GuestWorld, type: string) {
  return vmi(world)?.status?.conditions?.find((one) => one.type === type);
}

export function podIn({ api }: GuestWorld, wanted: string): Pod | undefined {
  const pod = api.get(Pod, podKey);
  return pod?.status?.phase === wanted ? pod : undefined;
}

export function vmiWrites({ api }: GuestWorld): number {
  return api.writes().filter(({ path }) => path.includes("/virtualmachineinstances/")).length;
}

export function pidOf(node: GuestNode): number {
  const [sandbox] = node.sandboxes.list();
  return node.keeper.live(sandbox?.vmiUid ?? "")?.guest.record.process.pid ?? 0;
}

export async function log(node: GuestNode): Promise<string> {
  const source = node.keeper.findLog(podKey.namespace, podKey.name);
  const chunks = source ? await Array.fromAsync(source.read(all, new AbortController().signal)) : [];
  return Buffer.concat(chunks).toString();
}

export async function greeted(node: GuestNode): Promise<void> {
  await eventually(async () => (await log(node)).includes("hello"), {
    timeoutMs: 30_000,
    what: "the guest's greeting",
  });
}

export async function type(node: GuestNode, keys: string): Promise<void> {
  await greeted(node);
  const [sandbox] = node.sandboxes.list();
  const console = node.keeper.live(sandbox?.vmiUid ?? "")?.console;
  assert.ok(console);
  const writer = console.attach().writable.getWriter();
  await writer.write(Buffer.from(keys));
  // What was typed is on its way to the guest when it comes back as an echo, or something happens.
  await eventually(async () => (await log(node)).includes(keys) || !node.keeper.live(sandbox?.vmiUid ?? ""));
}

/** It echoes what it is sent, once it has booted. */
export async function answers(node: GuestNode): Promise<void> {
  const [sandbox] = node.sandboxes.list();
  const console = await eventually(() => node.keeper.live(sandbox?.vmiUid ?? "")?.console);
  const writer = console.attach().writable.getWriter();
  await eventually(async () => {
    await writer.write(Buffer.from("."));
    return (await log(node)).includes(".");
  });
}
