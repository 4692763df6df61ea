import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ProgramError, run } from "../process/run.ts";
import { needsRoot } from "../testing/launch.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { connectSerial } from "../testing/serial.ts";
import { findGuestProcesses } from "./process.ts";

const worker = fileURLToPath(new URL("./survival.worker.ts", import.meta.url));

const deathsGoingUp = [
  "folder",
  "disk",
  "network",
  "starting 0",
  "starting 15",
  "starting 40",
  "started",
  "recorded",
  "running",
];
const deathsGoingDown = ["powered down", "destroyed", "sockets removed", "network removed"];

for (const death of deathsGoingUp) {
  test(`a keeper killed after "${death}" brings its guest up once when it comes back`, needsRoot, async () => {
    await using place = await ownPlace();
    await place.dies("up", death);
    const before = await findGuestProcesses(place.pidFile);
    const [pid, status] = (await place.runs("up")).trim().split(" ");
    assert.equal(status, "running");
    assert.deepEqual(
      (await findGuestProcesses(place.pidFile)).map((process) => String(process.pid)),
      [pid],
    );
    if (death === "recorded" || death === "running") assert.equal(String(before[0]?.pid), pid);
    await using serial = await connectSerial(`${place.folder}/run/serial.sock`);
    serial.send("alive");
    await serial.waitFor(/alive/);
    await place.runs("down");
    assert.deepEqual(await place.inventory(), []);
  });
}

for (const death of deathsGoingDown) {
  test(`a keeper killed after "${death}" finishes taking its guest down when it comes back`, needsRoot, async () => {
    await using place = await ownPlace();
    await place.runs("up");
    await place.dies("down", death);
    await place.runs("down");
    assert.deepEqual(await place.inventory(), []);
  });
}

test("a guest outlives its keeper and goes on where it was", needsRoot, async () => {
  await using place = await ownPlace();
  const first = await place.runs("up");
  assert.equal(await place.runs("up"), first);
  await place.runs("down");
  assert.deepEqual(await place.inventory(), []);
});

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly pidFile: string;
  runs(direction: "up" | "down"): Promise<string>;
  dies(direction: "up" | "down", after: string): Promise<void>;
  /** Everything of the guest that is still there. */
  inventory(): Promise<string[]>;
}

/** A folder, and a mount namespace that outlives the keepers, so that the pod's network namespace can be pinned in it. */
async function ownPlace(): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchFolder());
  const holder = spawn(
    "unshare",
    ["--mount", "--net", "--propagation", "private", "sh", "-c", "echo ready; exec sleep infinity"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  stack.defer(() => void holder.kill("SIGKILL"));
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  const pidFile = `${scratch.path}/run/qemu.pid`;
  const keeper = (direction: string, after = ""): Promise<{ stdout: string }> =>
    run(["nsenter", "-t", String(holder.pid), "-m", "-n", process.execPath, worker, scratch.path, direction, after]);
  const cleanup = stack.move();
  return {
    folder: scratch.path,
    pidFile,
    runs: async (direction) => (await keeper(direction)).stdout,
    dies: async (direction, after) => {
      await assert.rejects(keeper(direction, after), (error) => {
        assert.ok(error instanceof ProgramError);
        assert.match(error.message, /SIGKILL/);
        return true;
      });
    },
    async inventory() {
      const mounts = await readFile(`/proc/${holder.pid}/mounts`, "utf8");
      return [
        ...(await findGuestProcesses(pidFile)).map((process) => `process ${process.pid}`),
        ...(await readdir(scratch.path)).map((name) => `file ${name}`),
        ...mounts.split("\n").filter((line) => line.includes(scratch.path)),
      ];
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}
