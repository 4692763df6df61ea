import type { FlagSpec } from "./flag-specs.ts";

/** The command line cannot be understood. The sentence is the one that Go's programs have for it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Flags {
  /** What is no flag, in order. */
  readonly args: readonly string[];
  /** True when the flag was given, whatever its value. */
  has(name: string): boolean;
  text(name: string): string;
  /** Undefined where it was not given. */
  given(name: string): string | undefined;
  on(name: string): boolean;
  number(name: string): number;
  list(name: string): readonly string[];
}

/**
 * Reads a command line as Go's pflag does: `--name value`, `--name=value`, `-n value`, `-n=value`, `-nvalue`, `--switch`,
 * `--switch=false`, `-ab` for two switches; `--` ends the flags, which may stand between arguments.
 *
 * @throws {UsageError}
 */
export function parseFlags(argv: readonly string[], specs: readonly FlagSpec[]): Flags {
  const values = new Map<string, string[]>();
  const args: string[] = [];
  const set = (spec: FlagSpec, value: string, shown: string) => {
    check(spec, value, shown);
    values.set(spec.name, spec.type === "list" ? [...(values.get(spec.name) ?? []), value] : [value]);
  };
  let at = 0;
  const following = (shown: string): string => {
    at += 1;
    const value = argv[at];
    if (value === undefined) throw new UsageError(`flag needs an argument: ${shown}`);
    return value;
  };
  for (; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") {
      args.push(...argv.slice(at + 1));
      break;
    }
    if (word.startsWith("--")) readLong(word);
    else if (word.startsWith("-") && word.length > 1) readShort(word);
    else args.push(word);
  }
  return flagsOver(args, values, specs);

  function readLong(word: string): void {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const spec = specs.find((candidate) => candidate.name === name);
    if (name === "" || name.startsWith("-")) throw new UsageError(`bad flag syntax: ${word}`);
    if (spec === undefined) throw new UsageError(`unknown flag: --${name}`);
    if (equals >= 0) set(spec, word.slice(equals + 1), `--${name}`);
    else set(spec, spec.type === "bool" ? "true" : following(`--${name}`), `--${name}`);
  }

  function readShort(word: string): void {
    for (let letters = word.slice(1); letters !== ""; letters = letters.slice(1)) {
      const letter = letters[0] ?? "";
      const rest = letters.slice(1);
      const spec = specs.find((candidate) => candidate.short === letter);
      if (spec === undefined) throw new UsageError(`unknown shorthand flag: '${letter}' in -${letters}`);
      const shown = `-${letter}, --${spec.name}`;
      if (spec.type === "bool" && !rest.startsWith("=")) {
        set(spec, "true", shown);
        continue;
      }
      const inWord = rest.startsWith("=") ? rest.slice(1) : rest;
      set(spec, rest === "" ? following(`'${letter}' in -${letters}`) : inWord, shown);
      return;
    }
  }
}

const truths: Readonly<Record<string, boolean>> = {
  ...{ "1": true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ "0": false, f: false, F: false, false: false, FALSE: false, False: false },
};

function check(spec: FlagSpec, value: string, shown: string): void {
  const refuse = (go: string) => {
    const reason = `strconv.${go}: parsing ${JSON.stringify(value)}: invalid syntax`;
    throw new UsageError(`invalid argument ${JSON.stringify(value)} for "${shown}" flag: ${reason}`);
  };
  if (spec.type === "bool" && !Object.hasOwn(truths, value)) refuse("ParseBool");
  if (spec.type === "int" && !/^[-+]?[0-9]+$/.test(value)) refuse("ParseInt");
}

function flagsOver(args: readonly string[], values: ReadonlyMap<string, string[]>, specs: readonly FlagSpec[]): Flags {
  const defaultOf = (name: string) => specs.find((spec) => spec.name === name)?.default;
  const given = (name: string) => values.get(name)?.at(-1);
  const text = (name: string) => given(name) ?? String(defaultOf(name) ?? "");
  return {
    args,
    has: (name) => values.has(name),
    given,
    text,
    on: (name) => truths[text(name)] ?? false,
    number: (name) => Number(text(name)),
    list: (name) => values.get(name) ?? [],
  };
}
