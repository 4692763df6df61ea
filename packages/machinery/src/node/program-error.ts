/** A program could not be started, failed, or did not end in time. The message holds its last words. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly argv: readonly string[];
  /** Undefined when it never started or a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** The end of what it wrote there. */
  readonly stderr: string;
  /** The end of what it wrote there: some programs put their complaints on the wrong stream. */
  readonly stdout: string;
  /** True when it was ended because `timeoutMs` had passed. */
  readonly isTimeout: boolean;
  /** `ENOENT` when there is no such program. */
  readonly code: string | undefined;

  constructor(argv: readonly string[], outcome: ProgramOutcome) {
    super(describe(argv, outcome), { cause: outcome.cause });
    this.argv = argv;
    this.exitCode = outcome.exitCode;
    this.signal = outcome.signal;
    this.stderr = outcome.stderr;
    this.stdout = outcome.stdout;
    this.isTimeout = outcome.timeoutMs !== undefined;
    this.code = codeOf(outcome.cause);
  }
}

export interface ProgramOutcome {
  readonly exitCode?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  readonly stderr: string;
  readonly stdout: string;
  /** Set when the time ran out. */
  readonly timeoutMs?: number | undefined;
  /** Set when it could not be started. */
  readonly cause?: unknown;
}

function describe(argv: readonly string[], outcome: ProgramOutcome): string {
  const name = argv[0] ?? "";
  if (outcome.cause !== undefined) {
    if (codeOf(outcome.cause) === "ENOENT") return `Cannot run "${name}": it is not installed, or not on the PATH`;
    if (codeOf(outcome.cause) === "EACCES") return `Cannot run "${name}": it is not executable`;
    return `Cannot run "${name}"`;
  }
  const words = lastWords(outcome.stderr) || lastWords(outcome.stdout);
  const ending = words === "" ? "" : `: ${words}`;
  if (outcome.timeoutMs !== undefined) return `"${name}" did not finish within ${outcome.timeoutMs} ms${ending}`;
  if (outcome.signal !== undefined) return `"${name}" was ended by ${outcome.signal}${ending}`;
  return `"${name}" failed with exit code ${outcome.exitCode}${ending}`;
}

/** The last three lines that say something, as one line of at most 400 characters. */
function lastWords(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.slice(-3).join("; ").slice(-400);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
