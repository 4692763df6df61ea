import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { ProgramError } from "./program-error.ts";

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Written to standard input, which is then closed; without it standard input is empty. */
  readonly input?: string | Uint8Array | undefined;
  /** Handed to the program as descriptor 3; stays ours to close. */
  readonly socket?: Socket | undefined;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** How much of the end of each output is kept; default 64 KiB. */
  readonly maxOutputBytes?: number | undefined;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

const termGraceMs = 2_000;
const lingeringOutputMs = 500;

/**
 * Runs a program to its end. Both outputs are drained and their ends kept. The program leads a process group of its own, which is
 * ended (TERM, after two seconds KILL) when the signal aborts or the time runs out.
 *
 * @param argv  program and arguments, never a shell line. `nft -f -` does not work with `input`: give it a file
 * @throws {ProgramError} when it cannot be started, exits with another code than 0, dies, or takes too long
 * @throws the signal's reason when aborted, after the program is gone
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { signal, timeoutMs } = options;
  signal?.throwIfAborted();
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError("Cannot run a program: the argument array is empty");
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env === undefined ? undefined : { ...process.env, ...options.env },
    stdio: [
      options.input === undefined ? "ignore" : "pipe",
      "pipe",
      "pipe",
      ...(options.socket === undefined ? [] : [options.socket]),
    ],
    detached: true, // its own process group, so that its children end with it
  });
  const limit = options.maxOutputBytes ?? 64 * 1024;
  const stdout = keepTail(child.stdout, limit);
  const stderr = keepTail(child.stderr, limit);
  child.stdin?.on("error", () => {}); // a program may end without reading its input
  child.stdin?.end(options.input);

  const stop = stopper(child);
  let isTimeout = false;
  const onTimeout = () => {
    isTimeout = true;
    stop.now();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
  signal?.addEventListener("abort", stop.now);
  try {
    const ending = await ended(child);
    signal?.throwIfAborted();
    const outputs = { stdout: stdout(), stderr: stderr() };
    if (isTimeout) throw new ProgramError(argv, { ...outputs, timeoutMs });
    if (ending.exitCode !== 0) throw new ProgramError(argv, { ...outputs, ...ending });
    return outputs;
  } finally {
    clearTimeout(timer);
    stop.clear();
    signal?.removeEventListener("abort", stop.now);
  }
}

interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  readonly cause?: unknown;
}

function ended(child: ChildProcess): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  child.on("error", (cause) => {
    if (child.pid === undefined) resolve({ cause });
  });
  child.on("exit", (code, signal) => {
    const ending = { exitCode: code ?? undefined, signal: signal ?? undefined };
    child.on("close", () => resolve(ending));
    // A daemon it left behind may hold the outputs open for ever: what it says is not ours to wait for.
    setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(ending);
    }, lingeringOutputMs).unref();
  });
  return promise;
}

function stopper(child: ChildProcess): { readonly now: () => void; readonly clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    now: () => {
      signalGroup(child, "SIGTERM");
      timer ??= setTimeout(() => signalGroup(child, "SIGKILL"), termGraceMs);
    },
    clear: () => clearTimeout(timer),
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Collects a stream; the returned function gives the last `limit` bytes as text. */
function keepTail(stream: NodeJS.ReadableStream | null, limit: number): () => string {
  let chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > 2 * limit) {
      chunks = [Buffer.concat(chunks).subarray(-limit)];
      size = limit;
    }
  });
  stream?.on("error", () => {});
  return () => Buffer.concat(chunks).subarray(-limit).toString("utf8");
}
