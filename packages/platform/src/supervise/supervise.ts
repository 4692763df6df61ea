import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Log } from "@peapod/machinery";
import { endProcess, findRecordedProcess, forgetProcess, recordProcess } from "../instance/process-record.ts";

export interface SupervisedProgram {
  readonly argv: readonly string[];
  /** Both outputs are appended here: a pipe to us would break the program when we die. */
  readonly logFile: string;
  /** Remembers pid and start time across our own death. */
  readonly recordFile: string;
  /** @param starts  0 for the first start, 1 after it died once, … */
  readonly env?: (starts: number) => NodeJS.ProcessEnv;
}

/** A program kept alive by us, in a session of its own: it survives our death and is taken over by the next of us. */
export class Supervised implements AsyncDisposable {
  readonly #program: SupervisedProgram;
  readonly #log: Log;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #failures = 0;
  #starts = 0;

  private constructor(program: SupervisedProgram, log: Log) {
    this.#program = program;
    this.#log = log;
  }

  /** Ends one that an earlier supervisor left alive (so that it runs the code of today), then starts. */
  static async start(program: SupervisedProgram, log: Log): Promise<Supervised> {
    const left = findRecordedProcess(program.recordFile);
    if (left) {
      log.info("ending the agent of an earlier run", { pid: left.pid });
      await endProcess(left, 5_000);
    }
    const supervised = new Supervised(program, log);
    supervised.#spawn();
    return supervised;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const running = findRecordedProcess(this.#program.recordFile);
    if (running) await endProcess(running, 10_000);
    forgetProcess(this.#program.recordFile);
  }

  #spawn(): void {
    const [command = "", ...args] = this.#program.argv;
    const out = openSync(this.#program.logFile, "a", 0o640);
    const startedAt = performance.now();
    const child = spawn(command, args, {
      stdio: ["ignore", out, out],
      detached: true,
      env: this.#program.env?.(this.#starts++) ?? process.env,
    });
    closeSync(out);
    this.#child = child;
    child.once("spawn", () => {
      if (child.pid !== undefined) recordProcess(this.#program.recordFile, child.pid);
    });
    child.once("error", (error) => this.#ended(startedAt, { error }));
    child.once("exit", (code, signal) => this.#ended(startedAt, { code, signal }));
  }

  #ended(
    startedAt: number,
    how: { readonly code?: number | null; readonly signal?: string | null; readonly error?: Error },
  ): void {
    if (this.#stopped) return;
    // One that lived a minute was healthy: its death is news, not a pattern.
    this.#failures = performance.now() - startedAt > 60_000 ? 1 : this.#failures + 1;
    const waitMs = Math.min(200 * 2 ** (this.#failures - 1), 10_000);
    this.#log.error("agent ended", { ...how, restartInMs: waitMs, logFile: this.#program.logFile });
    this.#timer = setTimeout(() => this.#spawn(), waitMs);
  }
}
