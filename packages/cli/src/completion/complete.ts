import { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Command, CommandContext, Program } from "../commands/command.ts";
import { commandsOf, elsewhereOf } from "../commands/table.ts";
import { findCommand } from "../flags/find-command.ts";
import { type FlagSpec, globalFlags, helpFlag } from "../flags/flag-specs.ts";
import { type Flags, parseFlags } from "../flags/parse-flags.ts";

/** One thing that may be typed next. */
interface Candidate {
  readonly word: string;
  readonly about?: string;
}

/** What the shell is told about the list: cobra's codes. */
const noFiles = 4;
const filesToo = 0;

/**
 * Answers the hidden `__complete` command that completion scripts call: a line for every candidate (a tab and a description
 * after it), then a colon and a code.
 *
 * @param words  the line so far, without the program; the last one is what is being typed
 */
export async function complete(
  words: readonly string[],
  program: Program,
  contextOf: (flags: Flags) => CommandContext,
  options: { readonly withDescriptions: boolean },
): Promise<void> {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? "";
  const context = contextOf(tolerantFlags(before, globalFlags));
  const found = await candidatesFor(before, typed, program, contextOf);
  const fitting = found.filter(({ word }) => word.startsWith(typed));
  for (const { word, about } of fitting) {
    context.io.stdout.write(options.withDescriptions && about ? `${word}\t${about}\n` : `${word}\n`);
  }
  context.io.stdout.write(`:${wantsFile(before) ? filesToo : noFiles}\n`);
}

async function candidatesFor(
  before: readonly string[],
  typed: string,
  program: Program,
  contextOf: (flags: Flags) => CommandContext,
): Promise<readonly Candidate[]> {
  const { name, rest } = findCommand(before, [...globalFlags, helpFlag]);
  const command = commandsOf(program).find((candidate) => candidate.name === name);
  const specs = [...(command?.flags ?? []), helpFlag, ...globalFlags];
  const open = openFlag(before, specs);
  if (open !== undefined) return open.name === "namespace" ? [] : (open.values ?? []).map((word) => ({ word }));
  if (typed.startsWith("-")) return specs.map(({ name: flag, usage }) => ({ word: `--${flag}`, about: usage }));
  if (name === undefined || name === "help") {
    const shown = commandsOf(program).filter(({ isHidden }) => !isHidden);
    const all = name === "help" ? shown : [...shown, ...elsewhereOf(program), { name: "help", short: "Show help" }];
    return all.map(({ name: word, short }) => ({ word, about: short }));
  }
  if (command === undefined) return [];
  const flags = tolerantFlags(rest, specs);
  return argumentsFor(command, flags, contextOf(flags));
}

async function argumentsFor(command: Command, flags: Flags, context: CommandContext): Promise<readonly Candidate[]> {
  const wanted = command.completes?.[flags.args.length];
  switch (wanted) {
    case "vm":
      return namesOf(context, VirtualMachine);
    case "vmi":
      return namesOf(context, VirtualMachineInstance);
    case "type":
      return [{ word: "vm" }, { word: "vmi" }];
    case "target":
      return namesOf(context, flags.args[0]?.startsWith("vmi") ? VirtualMachineInstance : VirtualMachine);
    case "machine": {
      const vms = await namesOf(context, VirtualMachine);
      const vmis = await namesOf(context, VirtualMachineInstance);
      return [...vms.map(({ word }) => ({ word: `vm/${word}` })), ...vmis.map(({ word }) => ({ word: `vmi/${word}` }))];
    }
    case "shell":
      return ["bash", "zsh", "fish"].map((word) => ({ word }));
    default:
      return [];
  }
}

/** A shell does not wait long, and an error has no place in the middle of a line. */
const patienceMs = 2_000;

async function namesOf(
  context: CommandContext,
  kind: typeof VirtualMachine | typeof VirtualMachineInstance,
): Promise<readonly Candidate[]> {
  try {
    const { client, namespace } = await context.access();
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)]);
    const list = await client.list<VirtualMachine | VirtualMachineInstance>(kind as typeof VirtualMachine, {
      namespace,
      signal,
    });
    return list.items.map(({ metadata }) => ({ word: metadata.name ?? "" }));
  } catch {
    return [];
  }
}

/** The flag whose value is being typed. */
function openFlag(before: readonly string[], specs: readonly FlagSpec[]): FlagSpec | undefined {
  const last = before.at(-1) ?? "";
  if (last.includes("=") || !last.startsWith("-")) return undefined;
  const spec = specs.find(({ name, short }) => last === `--${name}` || (short !== undefined && last === `-${short}`));
  return spec?.type === "bool" ? undefined : spec;
}

function wantsFile(before: readonly string[]): boolean {
  return /^(-f|--file|--kubeconfig|--certificate-authority|--client-certificate|--client-key)$/.test(
    before.at(-1) ?? "",
  );
}

/** A line that is not finished may be wrong: what can be read of it counts. */
function tolerantFlags(words: readonly string[], specs: readonly FlagSpec[]): Flags {
  for (let end = words.length; end > 0; end -= 1) {
    try {
      return parseFlags(words.slice(0, end), specs);
    } catch {
      // one word less
    }
  }
  return parseFlags([], specs);
}
