/** Asked wrongly: the sentence, what to type instead, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly advice: string;
  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

export interface Flags {
  readonly words: readonly string[];
  text(name: string): string | undefined;
  on(name: string, otherwise?: boolean): boolean;
}

type Spec = Readonly<Record<string, "text" | "switch">>;

/** `--name value`, `--name=value`, `--switch`, `--switch=false`, `--no-switch`, `-n value`; `--` ends the flags. */
export function parseFlags(
  command: string,
  argv: readonly string[],
  spec: Spec,
  short: Readonly<Record<string, string>> = {},
): Flags {
  const values = new Map<string, string>();
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") {
      words.push(...argv.slice(index + 1));
      break;
    }
    const match = /^(--?)([^=]+)(?:=(.*))?$/.exec(word);
    if (!match || word === "-") {
      words.push(word);
      continue;
    }
    const [, dashes, given = "", value] = match;
    const name = dashes === "-" ? (short[given] ?? given) : given;
    const positive = name.replace(/^no-/, "");
    if (spec[name] === undefined && spec[positive] === "switch" && value === undefined) {
      values.set(positive, "false");
    } else if (spec[name] === "switch") {
      values.set(name, parseSwitch(command, name, value));
    } else if (spec[name] === "text") {
      const text = value ?? argv[++index];
      if (text === undefined) throw new UsageError(`--${name} needs a value`, `peapod ${command} --${name} VALUE`);
      values.set(name, text);
    } else {
      const known = Object.keys(spec).map((flag) => `--${flag}`);
      throw new UsageError(
        `peapod ${command} does not know ${word}`,
        `peapod ${command} --help${known.length ? ` (${known.join(" ")})` : ""}`,
      );
    }
  }
  return {
    words,
    text: (name) => values.get(name),
    on: (name, otherwise = false) => (values.has(name) ? values.get(name) === "true" : otherwise),
  };
}

function parseSwitch(command: string, name: string, value: string | undefined): string {
  if (value === undefined || value === "true" || value === "1") return "true";
  if (value === "false" || value === "0") return "false";
  throw new UsageError(`--${name} is true or false, not "${value}"`, `peapod ${command} --${name}=false`);
}
