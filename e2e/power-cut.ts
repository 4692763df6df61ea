/** The machine loses its power and comes back: what lives in memory is gone, and the boot has another id. */
import { randomUUID } from "node:crypto";
import { globSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, type Peapod, succeed } from "./harness.ts";

const bootIdPath = "/proc/sys/kernel/random/boot_id";

/**
 * Ends everything of Peapod's at once, without a word, and takes its namespaces, links, rules and run files away, as a power cut does.
 * Only for tests in namespaces of their own, where nothing is anybody else's.
 *
 * @returns gives the machine its own boot id back
 */
export async function cutPower(peapod: Peapod): Promise<AsyncDisposable> {
  peapod.kill("control-plane", "agent");
  const namespaces = readdirSync("/run/netns").filter((name) => name.startsWith("pp"));
  for (const namespace of namespaces) {
    const { stdout } = await execute("ip", ["netns", "pids", namespace]);
    for (const pid of stdout.split("\n").filter(Boolean)) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended with another one.
      }
    }
    await execute("ip", ["netns", "delete", namespace]);
  }
  const links = readdirSync("/sys/class/net").filter((name) => name.startsWith("pp"));
  for (const link of links) await execute("ip", ["link", "delete", link]);
  await execute("nft", ["flush", "ruleset"]);
  for (const folder of globSync("/run/peapod/*")) rmSync(folder, { recursive: true, force: true });
  const bootId = join(peapod.dataDir, "boot-id");
  writeFileSync(bootId, `${randomUUID()}\n`);
  succeed(await execute("mount", ["--bind", bootId, bootIdPath]));
  return {
    [Symbol.asyncDispose]: async () => {
      succeed(await execute("umount", [bootIdPath]));
    },
  };
}
