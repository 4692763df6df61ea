import { rm } from "node:fs/promises";
import { reached } from "@peapod/machinery/node";
import type { CgroupDriver } from "../cgroup/types.ts";
import { limitName } from "./names.ts";
import { removeNetns } from "./netns.ts";
import type { SandboxStore } from "./store.ts";
import type { Sandbox } from "./types.ts";

export interface RemovalDeps {
  readonly cgroups: CgroupDriver;
  readonly sandboxes: SandboxStore;
  /** Takes the pod off its networks; finishes even when plugins fail. */
  readonly detach: (sandbox: Sandbox) => Promise<void>;
}

/** Always finishes: what is gone already is no failure. Helpers (dnsmasq) die with the cgroup. The guest's folder stays. */
export async function removeSandbox(sandbox: Sandbox, { cgroups, sandboxes, detach }: RemovalDeps): Promise<void> {
  await cgroups.kill(limitName(sandbox));
  reached("pods/killCgroup");
  await detach(sandbox);
  reached("pods/detachNetworks");
  await removeNetns(sandbox.netnsPath);
  reached("pods/removeNetns");
  await cgroups.remove(limitName(sandbox));
  await rm(sandbox.runDir, { recursive: true, force: true });
  await sandboxes.put({ ...sandbox, state: "removed" });
}
