import { rm } from "node:fs/promises";
import { formatError, type Log } from "@peapod/machinery";
import { detachPod, type Inventory, inventory, type NodeNetwork, removeNodeNetwork } from "@peapod/network";
import { openCgroups } from "./cgroup/driver.ts";
import { type PoweredDown, powerDownAll } from "./guests/power-down-all.ts";
import { removeSandbox } from "./sandbox/remove.ts";
import { openSandboxStore, type SandboxStore } from "./sandbox/store.ts";
import type { Sandbox } from "./sandbox/types.ts";

export interface TakeDownOptions {
  readonly instance: string;
  readonly guestsDir: string;
  readonly runDir: string;
  readonly machineRegistry: string;
  /** Opens this node's network, whose allocator the plugins ask while pods leave it. */
  readonly openNetwork: (sandboxes: SandboxStore) => Promise<NodeNetwork>;
  readonly log: Log;
  readonly onGuest: (guest: PoweredDown) => void;
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
  await powerDownAll({ guestsDir, onEach: options.onGuest });
  {
    await using network = left.length > 0 ? await options.openNetwork(sandboxes) : undefined;
    const detach = async ({ podUid, podName }: Sandbox): Promise<void> => {
      for (const error of network ? await detachPod(network, podUid) : []) {
        log.warn("network not detached by its plugin", { pod: podName, error: formatError(error) });
      }
    };
    for (const sandbox of left) await removeSandbox(sandbox, { sandboxes, cgroups, detach });
  }
  for (const number of await cgroups.children(`peapod/${instance}`)) {
    await cgroups.kill(`peapod/${instance}/${number}`);
    await cgroups.remove(`peapod/${instance}/${number}`);
  }
  await removeNodeNetwork({ instance, registryPath: machineRegistry });
  await rm(runDir, { recursive: true, force: true });
  return inventory(instance);
}
