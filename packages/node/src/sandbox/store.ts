import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readJsonFile, writeFileDurably } from "@peapod/machinery/node";
import type { Sandbox } from "./types.ts";

/** The instance's sandboxes, on disk and in memory. Whoever starts the agent opens it once. */
export interface SandboxStore {
  list(): readonly Sandbox[];
  findByVmi(vmiUid: string): Sandbox | undefined;
  findByPod(namespace: string, name: string): Sandbox | undefined;
  /** The lowest number that no sandbox has. */
  freeNumber(): number;
  /** On disk before it resolves. */
  put(sandbox: Sandbox): Promise<void>;
  /** Forgets the record alone; the guest's folder stays. */
  remove(vmiUid: string): Promise<void>;
}

const fileName = "sandbox.json";

/** @param guestsDir  `D/guests`, with a folder for each VMI's uid */
export async function openSandboxStore(guestsDir: string): Promise<SandboxStore> {
  const byVmi = new Map<string, Sandbox>();
  for (const uid of await readdir(guestsDir).catch(() => [])) {
    const sandbox = await readSandbox(join(guestsDir, uid, fileName));
    if (sandbox) byVmi.set(sandbox.vmiUid, sandbox);
  }
  return {
    list: () => [...byVmi.values()],
    findByVmi: (vmiUid) => byVmi.get(vmiUid),
    findByPod: (namespace, name) =>
      byVmi.values().find((one) => one.podNamespace === namespace && one.podName === name),
    freeNumber() {
      const taken = new Set(byVmi.values().map((sandbox) => sandbox.number));
      let number = 1;
      while (taken.has(number)) number++;
      return number;
    },
    async put(sandbox) {
      // Taken before it is written: the next one asks for a number meanwhile.
      byVmi.set(sandbox.vmiUid, sandbox);
      await writeFileDurably(join(guestsDir, sandbox.vmiUid, fileName), JSON.stringify(sandbox, undefined, 2), {
        mode: 0o600,
      });
    },
    async remove(vmiUid) {
      await rm(join(guestsDir, vmiUid, fileName), { force: true });
      byVmi.delete(vmiUid);
    },
  };
}

async function readSandbox(path: string): Promise<Sandbox | undefined> {
  const value = (await readJsonFile(path)) as Sandbox | undefined; // written by us alone, whole or not at all
  if (value === undefined || value.formatVersion === 1) return value;
  throw new Error(`Cannot read ${path}: another version of Peapod wrote it`);
}
