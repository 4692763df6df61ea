/** What the control plane loads at its start: not the agent, which is a process of its own, or both together do not keep their budget. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { valueSpecifiersOf } from "./imports.ts";

const start = "packages/platform/src/commands/up.ts";
/** The agent, and what only an agent needs. */
const agents = ["packages/node/src/index.ts", "packages/network/src/index.ts"];

/** A line for each, with the imports that lead there. */
export function checkLoads(root: string, from = start, forbidden: readonly string[] = agents): readonly string[] {
  const importers = new Map<string, string | undefined>([[from, undefined]]);
  for (const file of importers.keys()) {
    if (forbidden.includes(file)) continue;
    for (const specifier of valueSpecifiersOf(readFileSync(join(root, file), "utf8"))) {
      const target = resolveImport(root, file, specifier);
      if (target !== undefined && !importers.has(target)) importers.set(target, file);
    }
  }
  return forbidden
    .filter((file) => importers.has(file))
    .map((file) => {
      const chain: string[] = [];
      for (let at: string | undefined = file; at !== undefined; at = importers.get(at)) chain.unshift(at);
      return `${chain.join(" → ")}: loads what an agent needs at every start; export a part of the room for this, or import it when it is used`;
    });
}

/** @returns undefined for what is not ours */
function resolveImport(root: string, file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return relative(root, resolve(root, dirname(file), specifier));
  const [, room, part = ""] = /^@peapod\/([a-z]+)(\/.*)?$/.exec(specifier) ?? [];
  if (room === undefined) return undefined;
  const folder = join("packages", room);
  const manifest = join(root, folder, "package.json");
  if (!existsSync(manifest)) return undefined;
  const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as { exports: Readonly<Record<string, string>> };
  const target = exports[`.${part}`];
  return target && join(folder, target);
}
