import { chown, mkdir } from "node:fs/promises";
import type { Launch } from "../render/launch.ts";

/** Options of a test that boots a guest: skipped where it is not run by root, ended where the guest never comes. */
export const needsRoot = { timeout: 120_000, ...(process.getuid?.() !== 0 && { skip: "needs root" }) };

/** A way to launch guests below a scratch folder, as an unprivileged uid. */
export async function testLaunch(folder: string, overrides: Partial<Launch> = {}): Promise<Launch> {
  const launch: Launch = {
    qemuPath: "/usr/bin/qemu-system-x86_64",
    runDir: `${folder}/run`,
    uid: 64_055,
    gid: 64_055,
    cgroupPaths: [],
    files: [],
    devices: [],
    ...overrides,
  };
  await mkdir(launch.runDir, { recursive: true, mode: 0o700 });
  await chown(launch.runDir, launch.uid, launch.gid);
  return launch;
}
