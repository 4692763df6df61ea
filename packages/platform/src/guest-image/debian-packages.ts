import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";

/** One package as this machine's package lists offer it. */
export interface DebianPackage {
  readonly name: string;
  /** What `apt-get download` calls the file. */
  readonly fileName: string;
  readonly sizeBytes: number;
  /** `SHA256:…` */
  readonly hash: string;
}

/**
 * Finds the named packages and the libraries they need, as the package lists have them now. Nothing is downloaded or installed.
 *
 * @param names  `linux-image-amd64` brings the kernel that it stands for
 * @throws {Error} when the lists do not have one of them, which `apt-get update` may mend
 */
export async function resolvePackages(
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly DebianPackage[]> {
  try {
    return await askLists(names, signal);
  } catch (cause) {
    signal.throwIfAborted();
    const advised = new Error("Cannot find the guest's packages: run apt-get update, then try again", { cause });
    if (process.getuid?.() !== 0) throw advised;
    // Where the lists are empty, apt knows nothing but what is installed here.
    await run(["apt-get", "-q", "update"], { env, signal });
    return await askLists(names, signal).catch((still: unknown) => {
      throw new Error("Cannot find the guest's packages in the package lists", { cause: still });
    });
  }
}

async function askLists(names: readonly string[], signal: AbortSignal): Promise<readonly DebianPackage[]> {
  const only = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map((kind) => `--no-${kind}`);
  const options = { env, signal, maxOutputBytes: 4 * 1024 * 1024 };
  const { stdout } = await run(["apt-cache", "depends", "--recurse", ...only, ...names], options);
  const wanted = closure(stdout, names);
  const uris = await run(["apt-get", "download", "--print-uris", ...wanted], options);
  const found = parseUris(uris.stdout);
  const missing = wanted.filter((name) => !found.some((one) => one.name === name));
  if (missing.length > 0) throw new Error(`The package lists do not have ${missing.join(", ")}`);
  return found;
}

/**
 * Brings packages into a folder, and removes from it what they do not need.
 *
 * @returns their paths, in the order given
 */
export async function fetchPackages(
  packages: readonly DebianPackage[],
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const wanted = new Set(packages.map(({ fileName }) => fileName));
  for (const file of await readdir(folder)) if (!wanted.has(file)) await rm(join(folder, file), { recursive: true });
  const missing: DebianPackage[] = [];
  for (const one of packages) if (!(await hasPackage(one, folder))) missing.push(one);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name);
    try {
      // As root, apt would rather download as a user of its own, who cannot write here.
      await run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", ...names], { cwd: folder, env, signal });
    } catch (cause) {
      throw new Error("Cannot download the guest's packages: look at the network, or run apt-get update", { cause });
    }
  }
  return packages.map(({ fileName }) => join(folder, fileName));
}

/** Answers what the lists hold of a package's dependencies: libraries, and the kernel behind its name. Text of `apt-cache depends`. */
export function closure(text: string, names: readonly string[]): readonly string[] {
  const needs = new Map<string, string[]>();
  let current: string[] = [];
  let isAlternative = false;
  for (const line of text.split("\n")) {
    const dependency = /^ ([ |])(?:Pre)?Depends: (\S+)$/.exec(line);
    if (dependency) {
      // "a | b" comes as two lines of which the first is marked: the first is taken
      if (!isAlternative && dependency[2] && !dependency[2].startsWith("<")) current.push(dependency[2]);
      isAlternative = dependency[1] === "|";
    } else if (/^[a-z0-9]/.test(line)) {
      current = [];
      isAlternative = false;
      needs.set(line.trim(), current);
    }
  }
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const need of needs.get(name) ?? []) {
      if (/^z?lib/.test(need) || (/^linux-image-/.test(name) && /^linux-image-\d/.test(need))) visit(need);
    }
  };
  for (const name of names) visit(name);
  const unknown = names.filter((name) => !needs.has(name));
  if (unknown.length > 0) throw new Error(`The package lists do not have ${unknown.join(", ")}`);
  return [...found];
}

/** Text of `apt-get download --print-uris`: `'uri' file-name size hash`. */
export function parseUris(text: string): readonly DebianPackage[] {
  return text.split("\n").flatMap((line) => {
    const match = /^'[^']*' (([^_\s]+)_\S+\.deb) (\d+) (\S+)$/.exec(line);
    return match
      ? [{ name: match[2] ?? "", fileName: match[1] ?? "", sizeBytes: Number(match[3]), hash: match[4] ?? "" }]
      : [];
  });
}

const env = { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };

async function hasPackage(one: DebianPackage, folder: string): Promise<boolean> {
  const [algorithm = "", wanted] = one.hash.split(":");
  const hash = createHash(algorithm.toLowerCase());
  try {
    for await (const chunk of createReadStream(join(folder, one.fileName))) hash.update(chunk);
  } catch {
    return false; // not there yet
  }
  return hash.digest("hex") === wanted;
}
