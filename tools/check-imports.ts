/** Which room may import which: the list of docs/architecture.md, enforced. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { specifiersOf } from "./imports.ts";

const below: Readonly<Record<string, readonly string[]>> = {
  api: [],
  machinery: ["api"],
  qemu: [],
  apiserver: ["machinery", "api"],
  network: ["machinery", "api"],
  gateway: ["machinery", "api"],
  cli: ["machinery", "api"],
  storage: ["qemu", "machinery", "api"],
  compute: ["network", "storage", "qemu", "machinery", "api"],
  node: ["compute", "network", "storage", "qemu", "machinery", "api"],
  platform: ["apiserver", "gateway", "cli", "node", "compute", "network", "storage", "qemu", "machinery", "api"],
};

/** Parts of rooms that are public by themselves: for who needs no more, in a browser or in a process that stays small. */
const parts: readonly string[] = ["machinery/node", "qemu/node", "network/cluster", "node/machine"];

/** Every violation as one line naming the file, the rule and what to do. */
export function checkImports(root: string): readonly string[] {
  return globSync("packages/*/src/**/*.ts", { cwd: root }).flatMap((file) => checkFile(root, file));
}

function checkFile(root: string, file: string): string[] {
  const room = file.split("/")[1] ?? "";
  const allowed = below[room];
  if (!allowed) return [`${file}: packages/${room} is not in the list of rooms; add it to tools/check-imports.ts`];
  const isTest = file.endsWith(".test.ts") || file.includes("/testing/");
  return specifiersOf(readFileSync(join(root, file), "utf8")).flatMap((specifier) => {
    if (specifier.startsWith(".")) return checkRelative(root, file, specifier);
    const other = /^@peapod\/([a-z]+)(\/.*)?$/.exec(specifier);
    if (other) return checkRoom(file, room, other[1] ?? "", other[2], allowed, isTest);
    if (room === "api" && specifier.startsWith("node:") && !isTest) {
      return [`${file}: api touches no ${specifier}; pass what it needs in`];
    }
    return [];
  });
}

function checkRelative(root: string, file: string, specifier: string): string[] {
  const target = relative(root, resolve(root, dirname(file), specifier));
  const own = file.split("/").slice(0, 2).join("/");
  if (target.startsWith(`${own}/`)) return [];
  return [`${file}: imports ${specifier}, which lies outside ${own}; import the package by name`];
}

function checkRoom(
  file: string,
  room: string,
  other: string,
  path: string | undefined,
  allowed: readonly string[],
  isTest: boolean,
): string[] {
  if (other === room) return [`${file}: imports its own package by name; use a relative path`];
  if (path !== undefined && path !== "/testing" && !parts.includes(`${other}${path}`)) {
    return [`${file}: imports @peapod/${other}${path}; only ".", "./testing" and ${parts.join(", ")} are public`];
  }
  if (path === "/testing" && !isTest) return [`${file}: imports @peapod/${other}/testing outside a test`];
  // A test may stand on the real API server: nothing imports upward in what ships.
  if (isTest && other === "apiserver" && room !== "api" && room !== "qemu") return [];
  if (!allowed.includes(other)) {
    return [`${file}: ${room} must not import ${other} (it may import ${allowed.join(", ") || "nothing"})`];
  }
  return [];
}
