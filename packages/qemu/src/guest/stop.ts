import { setTimeout as sleep } from "node:timers/promises";
import { connectQmp } from "../qmp/connection.ts";
import { pressPowerButton, quit } from "../qmp/verbs.ts";
import type { Guest } from "./guest.ts";
import { isAlive, killProcess, waitForExit } from "./process.ts";
import type { GuestRecord } from "./record.ts";

export type PowerDownResult = "shutdown" | "vanished" | "grace-ended";

/**
 * Presses the power button until the guest has shut down or the grace period is over: a press during boot is lost without a trace.
 * The QEMU of a guest that shut down stays, paused, for {@link destroyGuest}.
 */
export async function powerDown(
  guest: Guest,
  options: {
    readonly graceMs: number;
    readonly pressEveryMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<PowerDownResult> {
  const { graceMs, pressEveryMs = 1000, signal } = options;
  const end = performance.now() + graceMs;
  for (;;) {
    const { status } = await guest.state({ signal });
    if (status === "vanished") return "vanished";
    if (status === "shutdown" || status === "guest-panicked") return "shutdown";
    const leftMs = end - performance.now();
    if (leftMs <= 0) return "grace-ended";
    // QEMU may end under our hand; the next look says so.
    await pressPowerButton(guest.qmp, { signal }).catch(() => {});
    await waitForShutdown(guest, Math.min(pressEveryMs, leftMs), signal);
    signal?.throwIfAborted();
  }
}

/**
 * Ends a guest's QEMU without asking the guest: politely, so that images are closed as they should be, then by signal. Done when the
 * process is gone; a guest that is gone already is fine.
 */
export async function destroyGuest(
  record: GuestRecord,
  options: { readonly guest?: Guest | undefined; readonly politeMs?: number | undefined } = {},
): Promise<void> {
  const { guest, politeMs = 5000 } = options;
  if (!(await isAlive(record.process))) return;
  const end = performance.now() + politeMs;
  if (guest !== undefined && !guest.qmp.closed.aborted) await quit(guest.qmp, { deadlineMs: politeMs }).catch(() => {});
  else await quitThroughAnyMonitor(record);
  if (await waitForExit(record.process, Math.max(0, end - performance.now()))) return;
  await killProcess(record.process);
}

async function quitThroughAnyMonitor(record: GuestRecord): Promise<void> {
  for (const path of record.monitorPaths) {
    try {
      await using qmp = await connectQmp(path);
      await quit(qmp, { deadlineMs: 2000 });
      return;
    } catch {
      // Held by another client, or the process hangs: the next monitor, and at last the signal.
    }
  }
}

async function waitForShutdown(guest: Guest, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
  const heard = (async () => {
    for await (const { event } of guest.qmp.events({ signal: stop })) if (event === "SHUTDOWN") return;
  })();
  await Promise.race([heard, sleep(ms, undefined, { signal: stop }).catch(() => {})]);
  over.abort();
}
