import { rm } from "node:fs/promises";
import { formatError, type Log } from "@peapod/machinery";
import { detachPod, type Inventory, inventory, type NodeNetwork, removeNodeNetwork } from "@peapod/network";
import { adoptGuest, destroyGuest, findGuestProcesses, Guest, killProcess, powerDown } from "@peapod/qemu/node";
import { openCgroups } from "./cgroup/driver.ts";
import type { CgroupDriver } from "./cgroup/types.ts";
import { readDomainFile, readGuestFile, writeGuestFile } from "./guests/guest-file.ts";
import { limitName } from "./pods/sandbox-names.ts";
import { removeNetns } from "./sandbox/machine.ts";
import { openSandboxStore, type SandboxStore } from "./sandbox/store.ts";
import type { Sandbox } from "./sandbox/types.ts";

export interface TakeDownOptions {
  readonly instance: string;
  readonly guestsDir: string;
  readonly runDir: string;
  readonly machineRegistry: string;
  /** Opens this node's network, whose allocator the plugins ask while pods leave it. */
  readonly openNetwork: (sandboxes: SandboxStore) => Promise<NodeNetwork>;
  /** How long a guest may take to shut down. */
  readonly graceMs: number;
  readonly log: Log;
  readonly onGuest: (guest: { readonly name: string; readonly seconds: number; readonly how: string }) => void;
}

/**
 * Takes everything of an instance off this machine, guests gracefully first. Works from what is on disk, with the agent gone or
 * killed: what it was in the middle of is finished or cleaned up.
 *
 * @returns what is left nevertheless; empty lists when nothing is
 */
export async function takeDown(options: TakeDownOptions): Promise<Inventory> {
  const { instance, guestsDir, runDir, machineRegistry, log } = options;
  const sandboxes = await openSandboxStore(guestsDir);
  const cgroups = await openCgroups();
  const left = sandboxes.list().filter(({ state }) => state !== "removed");
  await Promise.all(left.map((sandbox) => stopGuest(sandbox, options)));
  {
    await using network = left.length > 0 ? await options.openNetwork(sandboxes) : undefined;
    for (const sandbox of left) await removeSandbox(sandbox, { sandboxes, cgroups, network, log });
  }
  for (const number of await cgroups.children(`peapod/${instance}`)) {
    await cgroups.kill(`peapod/${instance}/${number}`);
    await cgroups.remove(`peapod/${instance}/${number}`);
  }
  await removeNodeNetwork({ instance, registryPath: machineRegistry });
  await rm(runDir, { recursive: true, force: true });
  return inventory(instance);
}

async function stopGuest(sandbox: Sandbox, { graceMs, log, onGuest }: TakeDownOptions): Promise<void> {
  const file = await readGuestFile(sandbox.dataDir);
  if (!file || file.isGone) return;
  const startedAt = performance.now();
  let how = "was gone";
  if (file.qemu) {
    const adoption = await adoptGuest(file.qemu).catch((error: unknown) => {
      log.warn("guest does not answer", { vmi: file.vmiName, error });
      return undefined;
    });
    if (adoption?.state === "alive") {
      await using guest = new Guest(file.qemu, adoption.qmp);
      const result = await powerDown(guest, { graceMs });
      how =
        result === "shutdown"
          ? "shut down"
          : result === "grace-ended"
            ? "did not shut down and was destroyed"
            : "was gone";
      await destroyGuest(file.qemu, { guest });
    } else {
      how = "was destroyed";
      await destroyGuest(file.qemu);
    }
  }
  const domain = await readDomainFile(sandbox.dataDir);
  for (const unrecorded of domain ? await findGuestProcesses(domain.pidFile) : []) await killProcess(unrecorded);
  const at = new Date().toISOString();
  // Its run strategy decides at the next start, as after a node that was shut down.
  const ended = file.ended ?? {
    failed: true,
    reason: "NodeShutdown",
    message: "Peapod was taken down on its node",
    at,
  };
  await writeGuestFile(sandbox.dataDir, { ...file, ended, isGone: true });
  onGuest({ name: file.vmiName, seconds: (performance.now() - startedAt) / 1000, how });
}

async function removeSandbox(
  sandbox: Sandbox,
  {
    sandboxes,
    cgroups,
    network,
    log,
  }: {
    readonly sandboxes: SandboxStore;
    readonly cgroups: CgroupDriver;
    readonly network: NodeNetwork | undefined;
    readonly log: Log;
  },
): Promise<void> {
  await cgroups.kill(limitName(sandbox));
  for (const error of network ? await detachPod(network, sandbox.podUid) : []) {
    log.warn("network not detached by its plugin", { pod: sandbox.podName, error: formatError(error) });
  }
  await removeNetns(sandbox.netnsPath);
  await cgroups.remove(limitName(sandbox));
  await rm(sandbox.runDir, { recursive: true, force: true });
  await sandboxes.put({ ...sandbox, state: "removed" });
}
