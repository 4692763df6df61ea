import { silentLog } from "@peapod/machinery";
import { powerDown } from "@peapod/qemu/node";
import { openSandboxStore } from "../sandbox/store.ts";
import { GuestKeeper } from "./keeper.ts";

export interface PoweredDown {
  readonly namespace: string;
  readonly name: string;
  /** `shutdown`: by itself; `grace-ended`: it had to be switched off; `vanished`: it was gone before. */
  readonly how: "shutdown" | "grace-ended" | "vanished";
  readonly durationMs: number;
}

/**
 * Shuts down every guest of an instance, all at once, each within its grace period. For when no agent runs: it must not be called
 * beside one. What ended is recorded, so that the next start knows it.
 *
 * @param options.guestsDir  `D/guests`
 * @param options.onEach  called for each guest as it is down
 */
export async function powerDownAll(options: {
  readonly guestsDir: string;
  readonly onEach?: ((guest: PoweredDown) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<readonly PoweredDown[]> {
  const { guestsDir, onEach, signal = new AbortController().signal } = options;
  const sandboxes = await openSandboxStore(guestsDir);
  await using keeper = await GuestKeeper.open({ sandboxes, log: silentLog, now: () => new Date() });
  const done = await Promise.all(
    sandboxes.list().map(async (sandbox) => {
      const begin = performance.now();
      const seen = await keeper.observe(sandbox, signal);
      if (seen.is === "absent" || seen.is === "ended") return undefined;
      const live = keeper.live(sandbox.vmiUid);
      const graceMs = (keeper.file(sandbox.vmiUid)?.graceSeconds ?? 30) * 1000;
      const how = seen.is === "present" && live ? await powerDown(live.guest, { graceMs, signal }) : "vanished";
      const at = new Date().toISOString();
      const message = "Peapod was taken down on this machine, and the guest with it";
      await keeper.end(sandbox, { failed: true, reason: "NodeShutdown", message, at });
      const { podNamespace: namespace, vmiName: name } = sandbox;
      const result: PoweredDown = { namespace, name, how, durationMs: Math.round(performance.now() - begin) };
      onEach?.(result);
      return result;
    }),
  );
  return done.filter((guest) => guest !== undefined);
}
