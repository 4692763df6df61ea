/**
 * A whole Peapod for one test file: the real executables, on a data folder of its own, inside the namespaces that `npm test` makes.
 * Everything is taken down when the test ends, also when it fails.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { VirtualMachineInstance } from "@peapod/api";
import type { Client } from "@peapod/machinery";
import { connectKubeconfig } from "./client.ts";

export const root = join(import.meta.dirname, "..");

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Peapod extends AsyncDisposable {
  readonly dataDir: string;
  readonly kubeconfig: string;
  /** Connects anew each time it is asked for: Peapod may have been restarted. */
  client(): Promise<Client>;
  /** Runs `peapod …` on this instance; the outcome, whatever it is. */
  peapod(...args: readonly string[]): Promise<Outcome>;
  /** Runs `virtctl …` (ours). */
  virtctl(...args: readonly string[]): Promise<Outcome>;
  /** Runs kubectl; throws with its stderr unless it exits 0. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Applies a manifest given as text or as a path below the root. */
  apply(manifest: string): Promise<string>;
  up(env?: Readonly<Record<string, string>>): Promise<void>;
  down(...args: readonly string[]): Promise<void>;
  /** kill -9 of the control plane, the agent, or both. */
  kill(...which: readonly ("control-plane" | "agent")[]): void;
}

export interface StartOptions {
  /** reference → disk file, put into the image store before anything starts */
  readonly images?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly up?: boolean;
}

/** Starts Peapod for a test and registers its end. */
export async function startPeapod(t: Pick<TestContext, "after" | "name">, options: StartOptions = {}): Promise<Peapod> {
  refuseSharedMachine();
  const dataDir = mkdtempSync("/var/tmp/peapod-e2e-");
  const peapod = createPeapod(dataDir, options.env ?? {});
  t.after(() => peapod[Symbol.asyncDispose]());
  for (const [reference, file] of Object.entries(options.images ?? {})) {
    succeed(await peapod.peapod("image", "import", reference, file));
  }
  if (options.up !== false) await peapod.up();
  return peapod;
}

function createPeapod(dataDir: string, extraEnv: Readonly<Record<string, string>>): Peapod {
  const kubeconfig = join(dataDir, "kubeconfig");
  const env = { ...process.env, ...extraEnv, KUBECONFIG: kubeconfig, PEAPOD_DATA_DIR: dataDir, HOME: dataDir };
  const run = (program: string, args: readonly string[]): Promise<Outcome> => execute(program, args, env);
  return {
    dataDir,
    kubeconfig,
    client: () => connectKubeconfig(kubeconfig),
    peapod: (...args) => run(join(root, "bin/peapod"), args),
    virtctl: (...args) => run(join(root, "bin/virtctl"), args),
    async kubectl(...args) {
      return succeed(await run("kubectl", args)).stdout;
    },
    async apply(manifest) {
      const file = manifest.includes("\n") ? join(dataDir, `manifest-${Date.now()}.yaml`) : join(root, manifest);
      if (manifest.includes("\n")) writeFileSync(file, manifest);
      return succeed(await run("kubectl", ["apply", "-f", file])).stdout;
    },
    async up(more = {}) {
      succeed(await execute(join(root, "bin/peapod"), ["up", "--detach"], { ...env, ...more }));
    },
    async down(...args) {
      succeed(await run(join(root, "bin/peapod"), ["down", ...args]));
    },
    kill(...which) {
      for (const role of which) {
        for (const file of globSync(`/run/peapod/*/${role}.pid`)) {
          killIfThere(JSON.parse(readFileSync(file, "utf8")).pid);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      const outcome = await run(join(root, "bin/peapod"), ["down"]);
      if (process.env["PEAPOD_KEEP_LOGS"]) console.error(`kept ${dataDir}`);
      else rmSync(dataDir, { recursive: true, force: true });
      if (outcome.code !== 0) throw new Error(`peapod down failed: ${outcome.stderr}${outcome.stdout}`);
    },
  };
}

/** The address that an instance reports, once it reports one. */
export async function addressOf(peapod: Peapod, name: string, namespace = "default"): Promise<string> {
  const client = await peapod.client();
  return eventually(`vmi/${name} has an address`, async () => {
    const vmi = await client.find(VirtualMachineInstance, { namespace, name });
    return vmi?.status?.phase === "Running" ? vmi.status.interfaces?.[0]?.ipAddress : undefined;
  });
}

/** What the guest's HTTP server says, once it says something. */
export async function answerOf(address: string): Promise<string> {
  return eventually(`http://${address}/ answers`, async () => {
    const answer = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(2_000) });
    return (await answer.text()) || undefined;
  });
}

/** The small guest of `peapod guest-image`; `npm test` builds it before it takes the network away. */
export function guestImage(): string {
  const cached = join(root, ".cache/guest.qcow2");
  if (!existsSync(cached)) throw new Error(`there is no ${cached}: bin/peapod guest-image ${cached}`);
  return cached;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It died by itself a moment ago: that is what this test is about.
  }
}

/** Looks again until `look` gives something; the last thrown error explains a time-out. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = 120_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function succeed(outcome: Outcome): Outcome {
  if (outcome.code !== 0) throw new Error(`exit ${outcome.code}: ${outcome.stderr}${outcome.stdout}`);
  return outcome;
}

export async function execute(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env, cwd: root });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8");
    child[name].on("data", (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, ...output }));
  });
}

function refuseSharedMachine(): void {
  if (process.env["PEAPOD_TEST_NAMESPACES"] === "own") return;
  throw new Error("this test wants network and mount namespaces of its own: npm test e2e/NAME.test.ts");
}
