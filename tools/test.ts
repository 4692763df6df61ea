/**
 * `npm test [FILE…]`: the checks, the quick tests, then the tests that build networks and boot guests, each of those inside network and
 * mount namespaces of its own so that copies never meet. With files, only those.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { join } from "node:path";

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = join(import.meta.dirname, "..");
const asked = process.argv.slice(2);
const files =
  asked.length > 0
    ? asked
    : globSync(["packages/*/src/**/*.test.ts", "tools/**/*.test.ts", "bench/**/*.test.ts", "e2e/**/*.test.ts"], {
        cwd: root,
      });
const boots = (file: string): boolean => file.startsWith("e2e/");
const tallies: Tally[] = [];

const running = new Set<ChildProcess>();
const scratches = new Set<string>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill("SIGKILL"); // `--kill-child` and the namespace see to what is below
    for (const scratch of scratches) removeScratch(scratch);
    process.exit(1);
  });
}

if (files.some(boots) && /^\/(run|var\/tmp)\//.test(root)) {
  console.error(
    `Error: Cannot test a checkout in ${root}: tests that boot guests have a /run and a /var/tmp of their own`,
  );
  console.error("Try:   clone it into another folder");
  process.exit(1);
}
if (asked.length === 0) tallies.push(await check());
tallies.push(await quick(files.filter((file) => !boots(file))));
if (files.some(boots)) await prepare();
if (files.some((file) => file.endsWith("/stock.test.ts"))) await prepareStock();
tallies.push(...(await atMost(guestsAtOnce(), files.filter(boots).sort(), isolated)));

const total = tallies.reduce((a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
}));
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function check(): Promise<Tally> {
  console.log("── checks");
  const { code, output } = await execute([process.execPath, "tools/check.ts"]);
  process.stdout.write(output);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** One process for all: node:test gives each file a child of its own. */
async function quick(quickFiles: readonly string[]): Promise<Tally> {
  if (quickFiles.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  console.log(`── ${quickFiles.length} files of quick tests`);
  const { code, output } = await execute([
    process.execPath,
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${availableParallelism()}`,
    ...quickFiles,
  ]);
  return tallyOf(output, code, "quick tests");
}

/** What the isolated tests need from the network, which they do not have: built once, kept while its sources stay the same. */
async function prepare(): Promise<void> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const { code, output } = await execute(["bin/peapod", "guest-image", ".cache/guest.qcow2"]);
  console.log(`── test guest: ${output.trim()}`);
  if (code !== 0) process.exit(1);
}

/** As the test guest; takes minutes once. Where it cannot be built its one test says so. */
async function prepareStock(): Promise<void> {
  const { output } = await execute([process.execPath, "e2e/stock-image.ts"]);
  console.log(`── stock system: ${output.trim()}`);
}

/**
 * A machine of its own for one file: loopback only, an empty /run and /var/tmp, mounts and processes that nobody else sees. What it
 * makes for a while lies in that /var/tmp, which we remove however it ended. Its first process is a shell, which takes the exit status
 * of whatever loses its parent (Node would leave guests that ended unburied, and their cgroups busy); when that shell ends, or we do,
 * the kernel ends everything else.
 */
async function isolated(file: string): Promise<Tally> {
  const inside = `ip link set lo up && mount -t tmpfs -o mode=755 tmpfs /run && mount --bind "$0" /var/tmp && { "$@" & } && wait $!`;
  const started = performance.now();
  const scratch = mkdtempSync("/var/tmp/peapod-test-");
  scratches.add(scratch);
  const { code, output } = await execute(
    [
      ...["unshare", "--net", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--kill-child"],
      ...["sh", "-c", inside, scratch, process.execPath, "--test", "--test-reporter=spec", file],
    ],
    { PEAPOD_TEST_NAMESPACES: "own", TMPDIR: "/var/tmp" },
  );
  if (!process.env["PEAPOD_KEEP_LOGS"]) removeScratch(scratch);
  console.log(`── ${file} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
  return tallyOf(output, code, file);
}

/** The data of a file's tests, and the groups of guests that were killed with them. */
function removeScratch(scratch: string): void {
  for (const name of readdirSync(scratch)) {
    const instance = createHash("sha256").update(`/var/tmp/${name}`).digest("hex").slice(0, 6);
    const groups = globSync(`/sys/fs/cgroup/{,*/}peapod/${instance}/{*,}`);
    for (const group of groups.sort((a, b) => b.length - a.length)) removeGroup(group);
  }
  // As an instance does: whoever is the last takes the folder of all along; one with groups of others in it stays.
  for (const group of globSync("/sys/fs/cgroup/{,*/}peapod")) if (!hasGroups(group)) removeGroup(group);
  rmSync(scratch, { recursive: true, force: true });
  scratches.delete(scratch);
}

function hasGroups(path: string): boolean {
  return globSync(`${path}/*/`).length > 0;
}

/** What was killed a moment ago is in it for some milliseconds more. What the pattern found may also be a file of a group. */
function removeGroup(path: string): void {
  for (let attempt = 0; attempt < 40; attempt++) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EBUSY")) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); // also where a signal leaves no time for promises
    }
  }
}

/** Shows what failed, or the names of what passed. A file that died without a summary counts as one failure. */
function tallyOf(output: string, code: number, what: string): Tally {
  const count = (word: string): number => Number(new RegExp(`^ℹ ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  const failed = Math.max(count("fail") + count("cancelled"), code === 0 ? 0 : 1);
  console.log(
    failed > 0
      ? output
      : output.replace(/^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*$\n?/gm, "").trimEnd(),
  );
  if (failed > 0) console.log(`✗ ${what}`);
  return { passed: count("pass"), failed, skipped: count("skipped") + count("todo") };
}

async function execute(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
  });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.once("close", (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, output });
    });
  });
}

async function atMost<I, O>(limit: number, items: readonly I[], work: (item: I) => Promise<O>): Promise<O[]> {
  const results: O[] = [];
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

/** A test's Peapod and its guests want about a core and 2 GiB. Three on two cores took no less time for all, and each half as much again. */
function guestsAtOnce(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / 2 ** 31)));
}
