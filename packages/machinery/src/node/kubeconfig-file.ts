import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseYaml } from "../yaml/yaml.ts";

/** The parts of a kubeconfig that we use, with paths made absolute. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
}

export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

export interface KubeconfigCluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
}

export interface KubeconfigUser {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly "as-uid"?: string;
  readonly "as-groups"?: readonly string[];
  readonly exec?: ExecPlugin;
}

export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
}

interface Entry {
  readonly name: string;
}

/**
 * Reads kubeconfig files and lays them over each other: of two entries with one name the first wins.
 *
 * @param options.mayBeMissing  leaves out files that are not there
 * @returns undefined when there is no file at all
 */
export async function readKubeconfigs(
  paths: readonly string[],
  options: { readonly mayBeMissing: boolean },
): Promise<Kubeconfig | undefined> {
  const files: Kubeconfig[] = [];
  for (const path of paths) {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw new Error(`Cannot read the kubeconfig ${path}`, { cause: error });
      if (!options.mayBeMissing) throw new Error(`stat ${path}: no such file or directory`);
      return undefined;
    });
    if (text !== undefined) files.push(parseKubeconfig(text, path));
  }
  if (files.length === 0) return undefined;
  return {
    currentContext: files.find(({ currentContext }) => currentContext)?.currentContext,
    contexts: layer(files.map(({ contexts }) => contexts)),
    clusters: layer(files.map(({ clusters }) => clusters)),
    users: layer(files.map(({ users }) => users)),
  };
}

function parseKubeconfig(text: string, path: string): Kubeconfig {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new Error(`error loading config file "${path}"`, { cause });
  }
  // Written by people and tools; what is missing shows when it is needed, with a name.
  const config = (value ?? {}) as {
    readonly "current-context"?: string;
    readonly contexts?: readonly (Entry & { readonly context?: KubeconfigContext })[] | null;
    readonly clusters?: readonly (Entry & { readonly cluster?: KubeconfigCluster })[] | null;
    readonly users?: readonly (Entry & { readonly user?: KubeconfigUser })[] | null;
  };
  const inFolder = <T extends object>(entry: T, keys: readonly (keyof T)[]): T => {
    const paths = keys.flatMap((key) => (entry[key] ? [[key, resolve(dirname(path), String(entry[key]))]] : []));
    return { ...entry, ...Object.fromEntries(paths) };
  };
  return {
    currentContext: config["current-context"] || undefined,
    contexts: new Map((config.contexts ?? []).map(({ name, context }) => [name, context ?? {}])),
    clusters: new Map(
      (config.clusters ?? []).map(({ name, cluster }) => [name, inFolder(cluster ?? {}, ["certificate-authority"])]),
    ),
    users: new Map(
      (config.users ?? []).map(({ name, user }) => [
        name,
        inFolder(user ?? {}, ["client-certificate", "client-key", "tokenFile"]),
      ]),
    ),
  };
}

function layer<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]));
}
