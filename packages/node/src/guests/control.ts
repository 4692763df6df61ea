import {
  freezeFilesystems,
  type GuestAgent,
  pause,
  reset,
  resume,
  shutDownGuest,
  thawFilesystems,
} from "@peapod/qemu/node";
import type { SandboxStore } from "../sandbox/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { GuestKeeper } from "./keeper.ts";
import type { LiveGuest } from "./live-guest.ts";

/** What a person may do to a running guest through the gateway. Takes effect at once; the VMI's status follows. */
export interface GuestControl {
  readonly live: LiveGuest;
  pause(signal: AbortSignal): Promise<void>;
  unpause(signal: AbortSignal): Promise<void>;
  /** Asks the guest to start anew: its agent where there is one that obeys, else by the power button. */
  softReboot(signal: AbortSignal): Promise<void>;
  /** The reset button. */
  reset(signal: AbortSignal): Promise<void>;
  /** @param timeoutMs  after which the filesystems thaw by themselves */
  freeze(timeoutMs: number, signal: AbortSignal): Promise<void>;
  unfreeze(signal: AbortSignal): Promise<void>;
}

/** @returns undefined when no guest of that name runs here */
export function openGuestControl(
  {
    keeper,
    sandboxes,
    now,
  }: { readonly keeper: GuestKeeper; readonly sandboxes: SandboxStore; readonly now: () => Date },
  namespace: string,
  vmiName: string,
): GuestControl | undefined {
  const sandbox = sandboxes
    .list()
    .find((one) => one.podNamespace === namespace && one.vmiName === vmiName && keeper.live(one.vmiUid));
  const live = sandbox && keeper.live(sandbox.vmiUid);
  if (!live) return undefined;
  const later = (ms: number): string => new Date(now().getTime() + ms).toISOString();
  return {
    live,
    pause: (signal) => pause(live.guest.qmp, { signal }),
    async unpause(signal) {
      await keeper.record(sandbox, { isContinued: true });
      await resume(live.guest.qmp, { signal });
    },
    async softReboot(signal) {
      if (live.agent?.client && (await obeys(live.agent.client, signal))) return;
      // The button switches off: what makes it a reboot is that we let the machine start again.
      await keeper.record(sandbox, { rebootUntil: later(rebootMs) });
    },
    reset: (signal) => reset(live.guest.qmp, { signal }),
    async freeze(timeoutMs, signal) {
      await keeper.record(sandbox, { frozenUntil: later(timeoutMs) });
      await freezeFilesystems(agentOf(live, sandbox), { signal });
    },
    async unfreeze(signal) {
      await thawFilesystems(agentOf(live, sandbox), { signal });
      await keeper.record(sandbox, { frozenUntil: undefined });
    },
  };
}

/** An agent may forbid it, or be gone by now. */
async function obeys(agent: GuestAgent, signal: AbortSignal): Promise<boolean> {
  try {
    await shutDownGuest(agent, "reboot", { signal });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

function agentOf(live: LiveGuest, { vmiName }: Sandbox) {
  const agent = live.agent?.client;
  if (agent) return agent;
  throw new Error(`Cannot reach the agent in guest "${vmiName}": none answers; install qemu-guest-agent in the guest`);
}

/** A guest that has not gone down by then does not listen. */
const rebootMs = 60_000;
