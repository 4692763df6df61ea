import { spawn } from "node:child_process";
import test from "node:test";
import { fileURLToPath } from "node:url";

const inside = "PEAPOD_TEST_NAMESPACES";

/** A shell that makes the namespaces' own /run, so that /run/netns is nobody else's, and goes on as the program. */
const prepare = `mount -t tmpfs none /run && mkdir /run/lock && ip link set lo up && exec "$@"`;

/**
 * Runs a test file in network, mount and process namespaces of its own: what its tests make on the machine meets nobody, and what
 * they leave behind goes with the namespaces.
 *
 * @param file  `import.meta.url` of the test file
 * @returns true inside (define the tests), false outside (there is one test: that all of those inside pass)
 */
export function isInOwnNamespaces(file: string): boolean {
  if (process.env[inside] === "yes") return true;
  const path = fileURLToPath(file);
  const name = path.split("/").slice(-2).join("/");
  if (process.getuid?.() !== 0) {
    test(`${name} in namespaces of its own`, { skip: "needs root" }, () => {});
    return false;
  }
  // The time is for tests that hang, not for slow ones: what they wait for never came.
  test(`${name} in namespaces of its own`, { timeout: 600_000 }, async (t) => {
    const argv = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", prepare, "sh"];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env; // or the inner run reports to the outer runner's format
    // What a failed test left open must not keep it from being told.
    const flags = ["--test-reporter=spec", "--test-force-exit"];
    const child = spawn("unshare", [...argv, process.execPath, ...flags, path], {
      env: { ...env, [inside]: "yes" },
      stdio: ["ignore", "pipe", "pipe"],
      signal: t.signal,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += String(chunk);
      });
    }
    const exitCode = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (exitCode !== 0) throw new Error(`tests in their own namespaces failed:\n${output}`);
    for (const line of output.split("\n").filter((text) => text.startsWith("✔"))) t.diagnostic(line);
  });
  return false;
}
