import { globSync, readFileSync } from "node:fs";
import { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Client } from "@peapod/machinery";
import { eventually } from "../e2e/harness.ts";
import { guestManifest } from "./guest-manifest.ts";
import { type GuestPlace, readPid, readPlace } from "./places.ts";
import { memoryOf, type ProcessMemory, processesOf } from "./processes.ts";
import { end } from "./start.ts";

/** What one guest takes. */
export interface GuestMemory {
  readonly qemuPssBytes: number;
  /** Every other process of its pod. */
  readonly besideQemu: readonly ProcessMemory[];
}

/** Peapod's own processes. */
export interface OwnMemory {
  readonly controlPlane: ProcessMemory;
  readonly agent: ProcessMemory;
}

export function guestMemory(place: GuestPlace): GuestMemory {
  const qemu = readPid(place);
  const memories = processesOf(place).flatMap((pid) => memoryOf(pid) ?? []);
  return {
    qemuPssBytes: memories.find(({ pid }) => pid === qemu)?.pssBytes ?? 0,
    besideQemu: memories.filter(({ pid }) => pid !== qemu),
  };
}

export function ownMemory(): OwnMemory {
  const ofRole = (role: string): ProcessMemory => {
    for (const file of globSync(`/run/peapod/*/${role}.pid`)) {
      const found = memoryOf((JSON.parse(readFileSync(file, "utf8")) as { readonly pid: number }).pid); // our own file
      if (found) return found;
    }
    throw new Error(`Cannot measure Peapod: its ${role} does not run`);
  };
  return { controlPlane: ofRole("control-plane"), agent: ofRole("agent") };
}

/** How much more the two processes hold for each guest that is there. */
export interface Growth {
  readonly guests: number;
  readonly controlPlaneBytesPerGuest: number;
  readonly agentBytesPerGuest: number;
}

/**
 * Starts guests that wait for a command and so take no processor, and weighs Peapod before and after. V8 gives memory back when it
 * likes: a run may show more than what is held, or less.
 */
export async function measureGrowth(client: Client, dataDir: string, guests: number): Promise<Growth> {
  await settle();
  const before = ownMemory();
  const names = Array.from({ length: guests }, (_, index) => `bench-paused-${index + 1}`);
  for (const name of names) await client.create(VirtualMachine, guestManifest(name, { startsPaused: true }));
  const places = await Promise.all(
    names.map((name) =>
      eventually(`vmi/${name} runs`, async () => {
        const vmi = await client.find(VirtualMachineInstance, { namespace: "default", name });
        return vmi?.status?.phase === "Running" ? readPlace(dataDir, vmi.metadata.uid ?? "") : undefined;
      }),
    ),
  );
  await settle();
  const after = ownMemory();
  for (const [index, place] of places.entries()) await end(client, names[index] ?? "", place);
  const each = (role: keyof OwnMemory): number => (after[role].pssBytes - before[role].pssBytes) / guests;
  return { guests, controlPlaneBytesPerGuest: each("controlPlane"), agentBytesPerGuest: each("agent") };
}

/** What a busy moment left is collected meanwhile. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5_000));
}
