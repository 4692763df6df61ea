import { formatError } from "@peapod/machinery";
import { connectCluster } from "./access/connect.ts";
import type { Access, Command, CommandContext, Io, Program } from "./commands/command.ts";
import { ExitError } from "./commands/exit-error.ts";
import { commandsOf, elsewhereOf, laterCommands } from "./commands/table.ts";
import { clientVersion, mismatch, serverVersion } from "./commands/version.ts";
import { complete } from "./completion/complete.ts";
import { findCommand } from "./flags/find-command.ts";
import { globalFlags, helpFlag } from "./flags/flag-specs.ts";
import { type Flags, parseFlags, UsageError } from "./flags/parse-flags.ts";
import { suggest } from "./flags/suggest.ts";
import { mainSentence, renderHelp, renderMain, renderOptions } from "./help/help.ts";

export interface CliOptions extends Io {
  /** The name we were called by. */
  readonly program: Program;
  /** How to start us again: program and first arguments. */
  readonly self: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** How a cluster is reached; by default through a kubeconfig. */
  readonly connect?: (program: Program, flags: Flags, env: CliOptions["env"]) => Promise<Access>;
  readonly now?: () => Date;
}

/**
 * Runs one command line of `virtctl` or `peapod`.
 *
 * @param argv  the words after the program's name
 * @returns the exit code: 0 done, 1 failed; `peapod` has 2 for a line that cannot be understood, where upstream has 1
 */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<number> {
  const { program, self, env, signal, stdin, stdout, stderr } = options;
  const io = { stdin, stdout, stderr };
  const now = options.now ?? (() => new Date());
  let access: Promise<Access> | undefined;
  const accessWith = (flags: Flags) => {
    access ??= (options.connect ?? connectCluster)(program, flags, env);
    return access;
  };
  try {
    const contextOf = (flags: Flags): CommandContext => ({
      ...{ program, self, flags, env, io, signal, now },
      access: () => accessWith(flags),
    });
    await dispatch(argv, program, io, contextOf);
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    if (error instanceof ExitError) return error.exitCode;
    const warning = access === undefined ? undefined : await versionWarning(await settled(access), signal);
    if (warning !== undefined) stderr.write(`${warning}\n`);
    stderr.write(`${describe(error, program)}\n`);
    return error instanceof UsageError && program === "peapod" ? 2 : 1;
  } finally {
    (await settled(access))?.close();
  }
}

async function dispatch(
  argv: readonly string[],
  program: Program,
  io: Io,
  contextOf: (flags: Flags) => CommandContext,
): Promise<void> {
  const commands = commandsOf(program);
  const { name, rest } = findCommand(argv, [...globalFlags, helpFlag]);
  const main = renderMain(program, commands, elsewhereOf(program));
  if (name === undefined) {
    const flags = parseFlags(rest, [...globalFlags, helpFlag]);
    io.stdout.write(flags.on("help") ? `${mainSentence(program)}\n\n${main}` : main);
    return;
  }
  if (name === "__complete" || name === "__completeNoDesc") {
    const words = argv.slice(argv.indexOf(name) + 1);
    await complete(words, program, contextOf, { withDescriptions: name === "__complete" });
    return;
  }
  if (name === "options") return void io.stdout.write(renderOptions());
  if (name === "help") {
    const topic = findCommand(rest, globalFlags).name;
    const command = commands.find((candidate) => candidate.name === topic);
    if (topic !== undefined && command === undefined) throw unknownCommand(topic, program);
    io.stdout.write(command === undefined ? `${mainSentence(program)}\n\n${main}` : renderHelp(program, command));
    return;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name, program);
  const flags = parseFlags(rest, [...(command.flags ?? []), helpFlag, ...globalFlags]);
  if (flags.on("help")) return void io.stdout.write(renderHelp(program, command));
  checkArguments(command, flags.args, program);
  await command.run(contextOf(flags));
}

function checkArguments({ name, args: wanted }: Command, args: readonly string[], program: Program): void {
  const [first = ""] = args;
  if (wanted === "any") return;
  if (wanted === 0 && args.length > 0) throw new UsageError(`unknown command "${first}" for "${program} ${name}"`);
  if (typeof wanted === "number" && args.length !== wanted) {
    throw new UsageError(`accepts ${wanted} arg(s), received ${args.length}`);
  }
  if (typeof wanted === "object" && args.length < wanted.atLeast) {
    throw new UsageError(`requires at least ${wanted.atLeast} arg(s), only received ${args.length}`);
  }
}

function unknownCommand(name: string, program: Program): UsageError | Error {
  const advice = Object.hasOwn(laterCommands, name) ? laterCommands[name] : undefined;
  if (advice !== undefined) {
    return new Error(`this Peapod does not have "${program} ${name}" yet: ${advice.replaceAll("PROGRAM", program)}`);
  }
  const names = [...commandsOf(program), ...elsewhereOf(program)].map((command) => command.name);
  const near = suggest(name, [...names, "help", "options"]);
  const hint = near.length === 0 ? "" : `\n\nDid you mean this?\n${near.map((word) => `\t${word}\n`).join("")}`;
  return new UsageError(`unknown command "${name}" for "${program}"${hint}`);
}

function describe(error: unknown, program: Program): string {
  const text = formatError(error);
  if (program === "virtctl") return text;
  const advice = text.includes("ECONNREFUSED") || /no configuration has been provided/.test(text);
  return `Error: ${text}${advice ? "\nTry:   peapod up --detach" : ""}`;
}

/** Upstream tells about different versions when something has failed, and only then. */
async function versionWarning(access: Access | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (access === undefined) return undefined;
  try {
    return mismatch(
      clientVersion(),
      await serverVersion(access, AbortSignal.any([signal, AbortSignal.timeout(2_000)])),
    );
  } catch {
    return undefined; // the error that brought us here says more
  }
}

async function settled<T>(promise: Promise<T> | undefined): Promise<T | undefined> {
  return promise?.catch(() => undefined);
}
