import type { CniCommand } from "./types.ts";

/** A plugin refused, failed, or could not be run. The message holds all that it said. */
export class CniError extends Error {
  override readonly name = "CniError";
  readonly plugin: string;
  readonly command: CniCommand;
  /** CNI's error code: 1–99 are defined by the specification, 100 and up by the plugin; undefined: it said none. */
  readonly code: number | undefined;
  /** The plugin's own sentence. */
  readonly said: string;
  constructor(options: {
    readonly plugin: string;
    readonly command: CniCommand;
    readonly network: string;
    readonly ifName: string;
    readonly code?: number | undefined;
    readonly said: string;
    readonly cause?: unknown;
  }) {
    const { plugin, command, network, ifName, code, said } = options;
    const number = code === undefined ? "" : ` (code ${code})`;
    const subject = isAboutOne(command) ? `interface "${ifName}" of network "${network}"` : `network "${network}"`;
    super(`Cannot ${work[command]} ${subject}: plugin "${plugin}" says: ${said}${number}`, { cause: options.cause });
    this.plugin = plugin;
    this.command = command;
    this.code = code;
    this.said = said;
  }
}

const work = {
  ADD: "attach",
  DEL: "detach",
  CHECK: "check",
  GC: "tidy",
  STATUS: "use",
  VERSION: "ask for the versions of",
} as const;

function isAboutOne(command: CniCommand): boolean {
  return command === "ADD" || command === "DEL" || command === "CHECK";
}

/** Code 11 of the specification: the plugin asks to be called again later. */
export function isTryAgain(error: unknown): boolean {
  return error instanceof CniError && error.code === 11;
}
