import type { Readable, Writable } from "node:stream";
import type { Client, ClientConnect } from "@peapod/machinery";
import type { FlagSpec } from "../flags/flag-specs.ts";
import type { Flags } from "../flags/parse-flags.ts";

/** Under which name we were called; what upstream has is the same under both. */
export type Program = "virtctl" | "peapod";

/** A terminal where `isTTY` says so; `setRawMode` is there then. */
export interface Input extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

export interface Io {
  readonly stdin: Input;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable;
}

/** A cluster, as the flags and the kubeconfig name it. */
export interface Access {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly namespace: string;
  readonly client: Client;
  readonly connect: ClientConnect;
  /** Closes idle connections, which would keep the process alive. */
  readonly close: () => void;
}

export interface CommandContext {
  readonly program: Program;
  /** How to start us again: program and first arguments. */
  readonly self: readonly string[];
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly io: Io;
  /** Finds and reads the kubeconfig on the first call. */
  readonly access: () => Promise<Access>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

export interface Command {
  readonly name: string;
  /** What follows the name: `(VM)`. */
  readonly use?: string;
  /** One line. */
  readonly short: string;
  readonly long?: string;
  /** Indented by two; `PROGRAM` stands for the name we were called by. */
  readonly example?: string;
  readonly flags?: readonly FlagSpec[];
  /** How many arguments there must be. */
  readonly args: number | { readonly atLeast: number } | "any";
  /** Only under the name `peapod`. */
  readonly isPeapods?: true;
  readonly isHidden?: true;
  /** What the arguments name, for completion: the kind of the nth argument. */
  readonly completes?: readonly ("vm" | "vmi" | "type" | "target" | "shell" | "command" | "machine")[];
  readonly run: (context: CommandContext) => Promise<void>;
}

/** Prints a line to standard output. */
export function print({ io }: Pick<CommandContext, "io">, line: string): void {
  io.stdout.write(`${line}\n`);
}
