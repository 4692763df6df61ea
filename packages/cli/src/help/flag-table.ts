import type { FlagSpec } from "../flags/flag-specs.ts";

/** Flags as pflag prints them: shorthand, name, type; what they do, and the default where it is not nothing. */
export function renderFlags(specs: readonly FlagSpec[]): string {
  const rows = specs
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((spec) => ({ left: renderName(spec), right: `${spec.usage}${renderDefault(spec)}` }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, right }) => `${left.padEnd(width)}   ${right}`).join("\n");
}

const typeNames = { bool: "", string: " string", int: " int", list: " stringArray" } as const;

function renderName({ name, short, type }: FlagSpec): string {
  return `${short === undefined ? "      " : `  -${short}, `}--${name}${typeNames[type]}`;
}

function renderDefault({ default: value }: FlagSpec): string {
  if (value === undefined || value === "" || value === 0 || value === false) return "";
  return ` (default ${typeof value === "string" ? JSON.stringify(value) : value})`;
}
