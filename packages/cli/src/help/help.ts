import type { Command, Program } from "../commands/command.ts";
import { globalFlags, helpFlag } from "../flags/flag-specs.ts";
import { renderFlags } from "./flag-table.ts";

/** A command that another program behind the same name answers. */
export interface Elsewhere {
  readonly name: string;
  readonly short: string;
}

/** What a command is for, then how it is called. */
export function renderHelp(program: Program, command: Command): string {
  return `${named(program, command.long ?? command.short)}\n\n${renderUsage(program, command)}`;
}

export function renderUsage(program: Program, command: Command): string {
  const call = [program, command.name, command.use, "[flags]"].filter((word) => word !== undefined).join(" ");
  const flags = [...(command.flags ?? []), { ...helpFlag, usage: `help for ${command.name}` }];
  return [
    `Usage:\n  ${call}`,
    ...(command.example === undefined ? [] : [`Examples:\n${named(program, command.example)}`]),
    `Flags:\n${renderFlags(flags)}`,
    `Use "${program} options" for a list of global command-line options (applies to all commands).\n`,
  ].join("\n\n");
}

/** The list of commands. Ours opens with an example, upstream's with the list. */
export function renderMain(program: Program, commands: readonly Command[], elsewhere: readonly Elsewhere[]): string {
  const shown = commands.filter(({ isHidden }) => !isHidden);
  const width = Math.max(11, ...[...shown, ...elsewhere].map(({ name }) => name.length));
  const list = (entries: readonly Elsewhere[]) =>
    entries
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, short }) => `  ${name.padEnd(width)} ${named(program, short)}`)
      .join("\n");
  const machine = elsewhere.length === 0 ? "" : `On this machine:\n${list(elsewhere)}\n\n`;
  return `${program === "peapod" ? opening : ""}${machine}Available Commands:
${list(shown)}

Use "${program} <command> --help" for more information about a given command.
Use "${program} options" for a list of global command-line options (applies to all commands).
`;
}

const opening = `  peapod up --detach && kubectl apply -f vm.yaml     start Peapod, and a machine
  peapod console web                                 leave with Ctrl-]
  peapod why web                                     what keeps it from running

Virtual machines as Kubernetes objects.

`;

export function renderOptions(): string {
  return `The following options can be passed to any command:\n\n${renderFlags(globalFlags)}\n`;
}

/** The sentence of `--help` alone. */
export function mainSentence(program: Program): string {
  return `${program} controls virtual machine related operations on your kubernetes cluster.`;
}

function named(program: Program, text: string): string {
  return text.replaceAll("PROGRAM", program);
}
