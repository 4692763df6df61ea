import { execFile, spawn } from "node:child_process";
import { access, constants, mkdir, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

export interface Kubectl {
  readonly path: string;
  /** `1.20`, `1.33` */
  readonly version: string;
}

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunKubectlOptions {
  readonly kubeconfig: string;
  /** Where it keeps its caches; give each server its own. Made if it is not there. */
  readonly home: string;
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it as soon as it has printed this: for commands that watch. */
  readonly until?: RegExp;
  readonly signal?: AbortSignal;
}

/**
 * Every kubectl on the search path, one of each minor version, the oldest first: `kubectl`, and the likes of `kubectl.1.33` and
 * `kubectl-1.20` that lie in the same folders or beside the program that a link leads to.
 */
export async function findKubectls(searchPath: string | undefined = process.env["PATH"]): Promise<readonly Kubectl[]> {
  const folders = new Set<string>();
  for (const folder of (searchPath ?? "").split(":").filter((one) => one !== "")) {
    folders.add(folder);
    const target = await realpath(join(folder, "kubectl")).catch(() => undefined);
    if (target) folders.add(dirname(target));
  }
  const named: string[] = [];
  const plain: string[] = [];
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name === "kubectl") plain.push(join(folder, name));
      else if (/^kubectl[.-]v?\d+\.\d+(\.\d+)?$/.test(name)) named.push(join(folder, name));
    }
  }
  const byVersion = new Map<string, Kubectl>();
  // A plain `kubectl` may be a dispatcher that starts another one, as the server's version asks for.
  for (const path of [...named, ...plain]) {
    const kubectl = await identify(path);
    if (kubectl && !byVersion.has(kubectl.version)) byVersion.set(kubectl.version, kubectl);
  }
  return [...byVersion.values()].toSorted((a, b) => minor(a) - minor(b));
}

/** Runs kubectl to its end; an exit code other than 0 is a result like any other. */
export async function runKubectl(
  kubectl: Kubectl,
  args: readonly string[],
  options: RunKubectlOptions,
): Promise<KubectlResult> {
  const { kubeconfig, home, cwd = home, input, env, until, signal } = options;
  await mkdir(home, { recursive: true });
  const child = spawn(kubectl.path, args, {
    cwd,
    env: { PATH: process.env["PATH"], HOME: home, KUBECONFIG: kubeconfig, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(signal && { signal }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk) => {
    stdout.push(chunk);
    if (until?.test(Buffer.concat(stdout).toString())) child.kill();
  });
  child.stderr.on("data", (chunk) => stderr.push(chunk));
  child.stdin.on("error", () => {}); // it need not read
  child.stdin.end(input ?? "");
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? -1));
  });
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

async function identify(path: string): Promise<Kubectl | undefined> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await promisify(execFile)(path, ["version", "--client", "-o", "json"]);
    const { clientVersion } = JSON.parse(stdout) as { clientVersion?: { major: string; minor: string } };
    return clientVersion && { path, version: `${clientVersion.major}.${Number.parseInt(clientVersion.minor, 10)}` };
  } catch {
    return undefined; // no kubectl, whatever its name
  }
}

function minor({ version }: Kubectl): number {
  return Number(version.split(".")[1]);
}
