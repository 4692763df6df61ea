import { type ChildProcess, spawn } from "node:child_process";
import { constants, open, rm } from "node:fs/promises";
import type { Domain } from "../domain.ts";
import { connectQmp, type Qmp } from "../qmp/connection.ts";
import { QmpBusyError, QmpClosedError } from "../qmp/errors.ts";
import { queryUuid, setLink } from "../qmp/verbs.ts";
import { renderQemuArgs } from "../render/args.ts";
import { type Launch, renderLaunch } from "../render/launch.ts";
import { nicDeviceId } from "../render/names.ts";
import { findGuestProcesses, identifyProcess, killProcess, type ProcessIdentity, waitForExit } from "./process.ts";
import { type GuestRecord, guestRecord, lastWords } from "./record.ts";

export interface StartOptions {
  readonly domain: Domain;
  readonly launch: Launch;
  /** Gets what QEMU and its launcher write to stdout and stderr; emptied first. */
  readonly stderrPath: string;
  readonly signal?: AbortSignal | undefined;
  /** Until QMP answers. A machine that starts thirty guests at once takes its time. */
  readonly deadlineMs?: number | undefined;
  readonly now?: Date | undefined;
}

export interface StartedGuest {
  readonly record: GuestRecord;
  readonly qmp: Qmp;
}

/** QEMU did not come up. The message ends in its last words. */
export class GuestStartError extends Error {
  override readonly name = "GuestStartError";
}

/**
 * Starts a guest's QEMU, stopped: in a session of its own, so that it outlives us. Ready when QMP answers. A failed start leaves no
 * process and no socket behind; what QEMU said stays in the stderr file.
 *
 * @throws {GuestStartError}
 */
export async function startGuest(options: StartOptions): Promise<StartedGuest> {
  const { domain, launch, stderrPath, signal, deadlineMs = 30_000, now = new Date() } = options;
  const argv = renderLaunch(launch, domain, renderQemuArgs(domain, { now }));
  signal?.throwIfAborted();
  const limits = AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(signal ? [signal] : [])]);

  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeSockets(domain));
  const child = await spawnDetached(argv, stderrPath);
  const exited = exitOf(child);
  undo.defer(() => killChild(child, exited, domain));
  try {
    const identity = await identityOf(child, exited);
    const qmp = await connectWhenReady(domain, exited, limits);
    undo.defer(() => qmp.close());
    const uuid = await queryUuid(qmp, { signal: limits });
    if (uuid !== domain.uuid) throw new Error(`its monitor answers for guest ${uuid}`);
    for (const nic of domain.nics) {
      if (!nic.linkUp) await setLink(qmp, nicDeviceId(nic.name), false, { signal: limits });
    }
    undo.move();
    return { record: guestRecord(domain, identity, stderrPath), qmp };
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error && error.name === "TimeoutError" ? `no answer within ${deadlineMs} ms` : "";
    const words = [(await lastWords(stderrPath)) || why || (error instanceof Error ? error.message : String(error))];
    throw new GuestStartError(`Cannot start QEMU for "${domain.name}": ${words.join("")}`, { cause: error });
  }
}

/** The files that QEMU makes for itself. */
export async function removeSockets(domain: Domain): Promise<void> {
  const paths = [
    ...domain.monitors.map((monitor) => monitor.socketPath),
    domain.serial?.socketPath,
    domain.guestAgent?.socketPath,
    domain.graphics?.vncSocketPath,
    domain.pidFile,
  ];
  for (const path of paths) if (path !== undefined) await rm(path, { force: true });
}

async function spawnDetached(argv: readonly [string, ...string[]], stderrPath: string): Promise<ChildProcess> {
  // Appended to, so that whoever keeps it small may empty it under QEMU.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
  await using output = await open(stderrPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600);
  const [program, ...programArguments] = argv;
  const child = spawn(program, programArguments, {
    detached: true,
    stdio: ["ignore", output.fd, output.fd],
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
  });
  child.unref();
  return child;
}

/** Resolves with a sentence when the process ends or cannot be started; never rejects. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, by) =>
      resolve(by === null ? `it ended with exit code ${code}` : `it was ended by ${by}`),
    );
  });
}

async function identityOf(child: ChildProcess, exited: Promise<string>): Promise<ProcessIdentity> {
  const identity = child.pid === undefined ? undefined : await identifyProcess(child.pid);
  if (identity === undefined) throw new Error(await exited);
  return identity;
}

/** Tries until QEMU listens, ends, or the time is over. Each try costs some 100 µs. */
async function connectWhenReady(domain: Domain, exited: Promise<string>, signal: AbortSignal): Promise<Qmp> {
  const path = domain.monitors[0]?.socketPath;
  if (path === undefined) throw new Error("its domain has no monitor");
  let ended: string | undefined;
  void exited.then((how) => {
    ended = how;
  });
  for (;;) {
    if (ended !== undefined) throw new Error(ended);
    try {
      return await connectQmp(path, { signal });
    } catch (error) {
      signal.throwIfAborted();
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      const soon = code === "ENOENT" || code === "ECONNREFUSED" || error instanceof QmpClosedError;
      if (!soon && !(error instanceof QmpBusyError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }
}

async function killChild(child: ChildProcess, exited: Promise<string>, { pidFile }: Domain): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const identity = await identifyProcess(child.pid);
  if (identity !== undefined) await killProcess(identity);
  await exited;
  // The launcher's shell may just have been starting a helper: killed with it, and a moment later gone.
  for (const helper of await findGuestProcesses(pidFile)) await waitForExit(helper, 1_000);
}
