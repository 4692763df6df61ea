import { spawn } from "node:child_process";
import { Tail } from "./tail.ts";

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Written to the program's standard input, which is closed after it. */
  readonly input?: string | undefined;
  /** How much of each output is kept, counted from its end. */
  readonly keepBytes?: number | undefined;
  /** Exit codes that are answers, not failures; default only 0. */
  readonly accept?: readonly number[] | undefined;
  /** Sees standard output as it comes, e.g. for progress. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program ended with an error. The message holds its last words. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly program: string;
  /** Undefined: it was ended by a signal, or could not be started. */
  readonly exitCode: number | undefined;
  readonly stderr: string;
  constructor(program: string, how: string, options: { exitCode?: number; stderr: string; cause?: unknown }) {
    const words = options.stderr.trim();
    super(`${program} ${how}${words === "" ? "" : `: ${words}`}`, { cause: options.cause });
    this.program = program;
    this.exitCode = options.exitCode;
    this.stderr = options.stderr;
  }
}

/**
 * Runs a program from an argument array to its end, reading both outputs so that it never blocks on a full pipe.
 *
 * @throws {ProgramError} when it cannot be started or does not exit as accepted; an abort kills it and throws the signal's reason
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<RunResult> {
  const { signal, input, keepBytes = 64 * 1024, accept = [0], onOutput } = options;
  const [program, ...programArguments] = argv;
  signal?.throwIfAborted();
  const child = spawn(program, programArguments, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  const stdout = new Tail(keepBytes);
  const stderr = new Tail(keepBytes);
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    onOutput?.(chunk);
  });
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A program that does not read its input to the end is judged by its exit code.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const kill = (): void => void child.kill("SIGKILL");
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const { code, by } = await new Promise<{ code: number | null; by: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", (cause) => reject(new ProgramError(program, "cannot be started", { stderr: "", cause })));
      child.once("close", (code, by) => resolve({ code, by }));
    });
    signal?.throwIfAborted();
    if (code === null) throw new ProgramError(program, `was ended by ${by}`, { stderr: stderr.text() });
    if (!accept.includes(code)) {
      throw new ProgramError(program, `failed with exit code ${code}`, { exitCode: code, stderr: stderr.text() });
    }
    return { exitCode: code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}
