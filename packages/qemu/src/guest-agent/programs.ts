import { setTimeout as sleep } from "node:timers/promises";
import { asRecord } from "../qmp/messages.ts";
import type { AgentExecuteOptions, GuestAgent } from "./connection.ts";
import { GuestAgentTimeoutError } from "./errors.ts";

export interface ProgramResult {
  /** Undefined: ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * Runs a program in the guest to its end. The status of an exited program can be fetched once, so nobody else may ask for it.
 *
 * @throws {GuestAgentError} when it cannot be started
 * @throws {GuestAgentTimeoutError} when it has not ended within `runMs`; it goes on in the guest
 */
export async function runInGuest(
  agent: GuestAgent,
  argv: readonly [string, ...string[]],
  options: AgentExecuteOptions & { readonly input?: Buffer | undefined; readonly runMs?: number | undefined } = {},
): Promise<ProgramResult> {
  const { input, runMs = 60_000, ...rest } = options;
  const [path, ...arg] = argv;
  const started = asRecord(
    await agent.execute(
      "guest-exec",
      { path, arg, "capture-output": true, ...(input && { "input-data": input.toString("base64") }) },
      rest,
    ),
  );
  const end = performance.now() + runMs;
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 500)) {
    const status = asRecord(await agent.execute("guest-exec-status", { pid: started["pid"] }, rest));
    if (status["exited"] === true) {
      return {
        exitCode: typeof status["exitcode"] === "number" ? status["exitcode"] : undefined,
        stdout: decode(status["out-data"]),
        stderr: decode(status["err-data"]),
      };
    }
    if (performance.now() >= end) throw new GuestAgentTimeoutError(`guest-exec ${path}`, runMs);
    await sleep(waitMs, undefined, { signal: rest.signal });
  }
}

/** Reads a small file of the guest. @throws {Error} when it is longer than `limitBytes`: the agent is no way for bulk data */
export async function readGuestFile(
  agent: GuestAgent,
  path: string,
  options: AgentExecuteOptions & { readonly limitBytes?: number } = {},
): Promise<Buffer> {
  const { limitBytes = 4 * 1024 * 1024, ...rest } = options;
  const handle = await agent.execute("guest-file-open", { path, mode: "r" }, rest);
  try {
    const pieces: Buffer[] = [];
    for (let total = 0; ; ) {
      const piece = asRecord(await agent.execute("guest-file-read", { handle, count: pieceBytes }, rest));
      const bytes = decode(piece["buf-b64"]);
      pieces.push(bytes);
      total += bytes.length;
      if (total > limitBytes)
        throw new Error(`Cannot read "${path}" in the guest: it is longer than ${limitBytes} bytes`);
      if (piece["eof"] === true || bytes.length === 0) return Buffer.concat(pieces);
    }
  } finally {
    await agent.execute("guest-file-close", { handle }, rest).catch(() => {});
  }
}

/** Replaces a small file of the guest. */
export async function writeGuestFile(
  agent: GuestAgent,
  path: string,
  content: Buffer,
  options: AgentExecuteOptions = {},
): Promise<void> {
  const handle = await agent.execute("guest-file-open", { path, mode: "w" }, options);
  try {
    for (let at = 0; at < content.length; ) {
      const piece = content.subarray(at, at + pieceBytes).toString("base64");
      const answer = asRecord(await agent.execute("guest-file-write", { handle, "buf-b64": piece }, options));
      const written = Number(answer["count"]);
      if (!(written > 0)) throw new Error(`Cannot write "${path}" in the guest: nothing was taken`);
      at += written;
    }
    await agent.execute("guest-file-flush", { handle }, options);
  } finally {
    await agent.execute("guest-file-close", { handle }, options).catch(() => {});
  }
}

/** Larger pieces hold up every other request: 16 MiB took 25 s. */
const pieceBytes = 64 * 1024;

function decode(base64: unknown): Buffer {
  return Buffer.from(typeof base64 === "string" ? base64 : "", "base64");
}
