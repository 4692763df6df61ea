import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "@peapod/machinery/node";
import { defaultSettings } from "@peapod/network";
import { createPodOwners, openNetworkOf, takeDown } from "@peapod/node";
import { instancePaths } from "../instance/paths.ts";
import { endProcess, findRecordedProcess, forgetProcess } from "../instance/process-record.ts";
import { spaceTaken } from "../instance/space-taken.ts";

const words = {
  shutdown: "shut down",
  "grace-ended": "did not shut down in time and was switched off",
  vanished: "was gone",
} as const;
const processGraceMs = 20_000;

/**
 * `peapod down`: ends our processes, then the guests, then all they had, from what is on disk; it makes no difference whether Peapod was
 * running well, half-started or killed. @returns exit code: 1 where something is left
 */
export async function down(
  config: { readonly dataDir: string; readonly keepGuests: boolean },
  print: (line: string) => void,
): Promise<number> {
  if (process.getuid?.() !== 0) {
    throw Object.assign(new Error("Cannot take Peapod down: only root may"), { advice: "sudo peapod down" });
  }
  if (!existsSync(config.dataDir)) {
    print(`There is no Peapod in ${config.dataDir}`);
    return 0;
  }
  const paths = instancePaths(realpathSync(config.dataDir));
  for (const role of ["control-plane", "agent"]) {
    const record = join(paths.runDir, `${role}.pid`);
    const running = findRecordedProcess(record);
    if (running) await endProcess(running, processGraceMs);
    forgetProcess(record);
  }
  if (config.keepGuests) {
    print("Peapod is down; its guests go on. peapod up takes them over again");
    return 0;
  }
  const log = createLog({ component: "down", level: "warn" });
  const left = await takeDown({
    instance: paths.instance,
    guestsDir: paths.guests,
    runDir: paths.runDir,
    machineRegistry: paths.machineRegistry,
    openNetwork: (sandboxes) => {
      const { identify } = createPodOwners(sandboxes, "", () => defaultSettings);
      return openNetworkOf(paths, { identify, log });
    },
    log,
    onGuest: ({ name, how, durationMs }) => print(`${name} ${words[how]} after ${(durationMs / 1000).toFixed(1)} s`),
  });
  const rest = Object.entries(left).flatMap(([what, found]) =>
    found.map((one: unknown) => `${what}: ${typeof one === "string" ? one : JSON.stringify(one)}`),
  );
  if (rest.length > 0) {
    throw Object.assign(new Error(`Cannot remove everything of this instance; left are ${rest.join(", ")}`), {
      advice: "run peapod down again",
    });
  }
  print(`Nothing of Peapod is left on this machine except ${paths.dataDir} (${formatSize(spaceTaken(paths.dataDir))})`);
  return 0;
}

function formatSize(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
