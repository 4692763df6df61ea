/**
 * A bare keeper of one guest, for survival.test.ts: brings it up or takes it down, and dies where it is told to. It owns no more than
 * the folder in its first argument and finds out the rest anew each time.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { run } from "../process/run.ts";
import { queryStatus, resume } from "../qmp/verbs.ts";
import { bootSector } from "../testing/boot-sector.ts";
import { testDisk, testDomain } from "../testing/domain.ts";
import { testLaunch } from "../testing/launch.ts";
import { adoptGuest } from "./adopt.ts";
import { Guest } from "./guest.ts";
import { findGuestProcesses, killProcess } from "./process.ts";
import type { GuestRecord } from "./record.ts";
import { removeSockets, startGuest } from "./start.ts";
import { destroyGuest, powerDown } from "./stop.ts";

const [folder = "", direction, dieAfter = ""] = process.argv.slice(2);
const netnsPath = `${folder}/netns`;
const disk = `${folder}/boot.raw`;
const recordPath = `${folder}/guest.json`;
const stderrPath = `${folder}/stderr`;
const domain = testDomain(`${folder}/run`, {
  disks: [testDisk(disk, { image: { path: disk, format: "raw", blockDevice: false }, readOnly: true })],
  serial: { socketPath: `${folder}/run/serial.sock` },
});

function step(name: string): void {
  if (name === dieAfter) process.kill(process.pid, "SIGKILL");
}

async function writeRecord(record: GuestRecord): Promise<void> {
  await writeFile(`${recordPath}.new`, JSON.stringify(record));
  await rename(`${recordPath}.new`, recordPath);
}

async function readRecord(): Promise<GuestRecord | undefined> {
  if (!existsSync(recordPath)) return undefined;
  // We wrote it ourselves.
  return JSON.parse(await readFile(recordPath, "utf8")) as GuestRecord;
}

/** A start whose record was never written is ended, however far it got. */
async function endUnrecorded(record: GuestRecord | undefined): Promise<void> {
  for (const process of await findGuestProcesses(domain.pidFile)) {
    if (process.pid !== record?.process.pid) await killProcess(process);
  }
}

async function up(): Promise<void> {
  const launch = await testLaunch(folder, { files: [{ path: disk, readOnly: true }], netnsPath });
  step("folder");
  if (!existsSync(disk)) await writeFile(disk, bootSector());
  step("disk");
  if (!existsSync(netnsPath) || (await run(["findmnt", "-n", netnsPath], { accept: [0, 1] })).exitCode === 1) {
    await writeFile(netnsPath, "");
    await run(["unshare", `--net=${netnsPath}`, "true"]);
  }
  step("network");
  let record = await readRecord();
  await endUnrecorded(record);
  const adoption = record && (await adoptGuest(record));
  let guest: Guest;
  if (record !== undefined && adoption?.state === "alive") {
    guest = new Guest(record, adoption.qmp);
  } else {
    const during = /^starting (\d+)$/.exec(dieAfter);
    if (during) setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(during[1]));
    const started = await startGuest({ domain, launch, stderrPath });
    record = started.record;
    guest = new Guest(record, started.qmp);
  }
  step("started");
  await writeRecord(record);
  step("recorded");
  if ((await queryStatus(guest.qmp)) === "prelaunch") await resume(guest.qmp);
  step("running");
  process.stdout.write(`${record.process.pid} ${(await guest.state()).status}\n`);
  await guest[Symbol.asyncDispose]();
}

async function down(): Promise<void> {
  const record = await readRecord();
  await endUnrecorded(record);
  const adoption = record && (await adoptGuest(record));
  if (record !== undefined && adoption?.state === "alive") {
    await using guest = new Guest(record, adoption.qmp);
    await powerDown(guest, { graceMs: 20_000, pressEveryMs: 100 });
    step("powered down");
    await destroyGuest(record, { guest });
    step("destroyed");
  }
  await removeSockets(domain);
  step("sockets removed");
  await run(["umount", "-q", netnsPath], { accept: [0, 1, 32] });
  step("network removed");
  await mkdir(folder, { recursive: true });
  for (const path of [netnsPath, `${folder}/run`, disk, stderrPath, `${recordPath}.new`, recordPath]) {
    await rm(path, { recursive: true, force: true });
  }
}

await (direction === "up" ? up() : down());
