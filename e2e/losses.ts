/** Guests whose interfaces lose their network, and what is said of that. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Event, type Interface, type Network, VirtualMachineInstance } from "@peapod/api";
import { eventually, type Peapod } from "./harness.ts";
import { consoleOf, machine } from "./machines.ts";

export function single(name: string, nic: Omit<Interface, "name">, networkName?: string): string {
  const network: Network =
    networkName === undefined
      ? { name: "default", pod: {} }
      : { name: "default", multus: { networkName, default: true } };
  return machine(name, {
    spec: { networks: [network] },
    domain: { devices: { interfaces: [{ name: "default", ...nic }] } },
  });
}

/** What is another after a boot: a machine, its QEMU, and what the guest has printed when it booted. */
export async function lifeOf(peapod: Peapod, name: string) {
  const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
  const { runDir } = sandboxOf(peapod, name);
  // The last that it says when it boots.
  const log = await consoleOf(peapod, name, / login:/);
  const qemu = Number(readFileSync(join(runDir, "qemu.pid"), "utf8"));
  return { uid: vmi?.metadata.uid, qemu, boots: log.split(" login:").length - 1 };
}

export function sandboxOf({ dataDir }: Peapod, name: string) {
  for (const file of globSync(`${dataDir}/guests/*/sandbox.json`)) {
    const { vmiName, instance, number, netnsPath, runDir, state } = JSON.parse(readFileSync(file, "utf8"));
    if (vmiName === name && state === "standing") {
      return {
        instance: String(instance),
        number: Number(number),
        netns: netnsPath.slice(dirname(netnsPath).length + 1),
        runDir,
      };
    }
  }
  throw new Error(`there is no sandbox of ${name}`);
}

/** Waits until a machine's interfaces were mended so many times. */
export async function restored(peapod: Peapod, name: string, times: number): Promise<void> {
  const client = await peapod.client();
  await eventually(`${name} is whole again (${times})`, async () => {
    const { items } = await client.list(Event, { namespace: "default" });
    const its = items.filter(
      ({ involvedObject, reason }) => involvedObject.name === name && reason === "InterfaceRestored",
    );
    return its.reduce((sum, { count = 1 }) => sum + count, 0) >= times || undefined;
  });
}

export async function troubled(peapod: Peapod, name: string, sentence: RegExp): Promise<void> {
  await eventually(
    `${name} says ${sentence}`,
    async () => sentence.test((await troubleOf(peapod, name)) ?? "") || undefined,
  );
  const client = await peapod.client();
  // An Event is on its way while the condition is written.
  const said = await eventually(`an Event says ${sentence}`, async () => {
    const { items } = await client.list(Event, { namespace: "default" });
    const its = items.filter(
      ({ involvedObject, message = "" }) => involvedObject.name === name && sentence.test(message),
    );
    return its.length > 0 ? its : undefined;
  });
  assert.deepEqual(
    said.map(({ type, reason, count = 1 }) => [type, reason, count]),
    [["Warning", "InterfaceLost", 1]],
  );
}

export async function untroubled(peapod: Peapod, name: string): Promise<void> {
  await eventually(`${name} says no more of it`, async () => (await troubleOf(peapod, name)) === undefined);
}

async function troubleOf(peapod: Peapod, name: string): Promise<string | undefined> {
  const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
  return vmi?.status?.conditions?.find(({ type, status }) => type === "Synchronized" && status === "False")?.message;
}
