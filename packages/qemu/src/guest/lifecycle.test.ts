import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import type { Domain } from "../domain.ts";
import { connectQmp } from "../qmp/connection.ts";
import { QmpBusyError } from "../qmp/errors.ts";
import { pause, reset, resume } from "../qmp/verbs.ts";
import { bootSector } from "../testing/boot-sector.ts";
import { testDisk, testDomain } from "../testing/domain.ts";
import { needsRoot, testLaunch } from "../testing/launch.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { connectSerial, type Serial } from "../testing/serial.ts";
import { adoptGuest } from "./adopt.ts";
import { Guest } from "./guest.ts";
import { isAlive } from "./process.ts";
import { startGuest } from "./start.ts";
import { destroyGuest, powerDown } from "./stop.ts";

test("a guest that is asked to shut down stays, paused, and is told apart by its reason", needsRoot, async () => {
  await using machine = await boot();
  assert.equal(await powerDown(machine.guest, { graceMs: 60_000, pressEveryMs: 100 }), "shutdown");
  assert.deepEqual(await machine.guest.state(), {
    status: "shutdown",
    shutdown: { guest: true, reason: "guest-shutdown" },
  });
  assert.equal(await machine.guest.isAlive(), true);
});

test("powerDown() gives up on a guest that does not listen when its grace ends", needsRoot, async () => {
  await using machine = await boot({ disks: [] }, { awaitGreeting: false });
  assert.equal(await powerDown(machine.guest, { graceMs: 50, pressEveryMs: 20 }), "grace-ended");
});

test("a guest that panics is paused and says so", needsRoot, async () => {
  await using machine = await boot({ panicDevice: "isa" });
  const events = machine.guest.qmp.events();
  machine.serial.send("p");
  for await (const { event } of events) if (event === "GUEST_PANICKED") break;
  assert.equal((await machine.guest.state()).status, "guest-panicked");
});

test("a guest that reboots runs on in the same QEMU", needsRoot, async () => {
  await using machine = await boot();
  machine.serial.send("r");
  await machine.serial.waitFor(/hello.*hello/s);
  assert.deepEqual(await machine.guest.state(), { status: "running", shutdown: undefined });
});

test("a guest can be paused, resumed and reset", needsRoot, async () => {
  await using machine = await boot();
  await pause(machine.guest.qmp);
  assert.equal((await machine.guest.state()).status, "paused");
  await resume(machine.guest.qmp);
  assert.equal((await machine.guest.state()).status, "running");
  await reset(machine.guest.qmp);
  await machine.serial.waitFor(/hello.*hello/s);
});

test("a killed QEMU has vanished, for its holder and for whoever adopts it", needsRoot, async () => {
  await using machine = await boot();
  process.kill(machine.guest.record.process.pid, "SIGKILL");
  assert.deepEqual(await machine.guest.state(), { status: "vanished", lastWords: "", shutdown: undefined });
  assert.deepEqual(await adoptGuest(machine.guest.record), { state: "vanished", lastWords: "" });
});

test("adoptGuest() takes the spare monitor while the first is held", needsRoot, async () => {
  await using machine = await boot();
  const adopted = await adoptGuest(machine.guest.record);
  assert.ok(adopted.state === "alive");
  await using spare = adopted.qmp;
  assert.equal(spare.path, machine.guest.record.monitorPaths[1]);
  await assert.rejects(adoptGuest(machine.guest.record), QmpBusyError);
  await assert.rejects(connectQmp(spare.path, { greetingTimeoutMs: 50 }), QmpBusyError);
});

test("adoptGuest() knows a guest of an earlier boot and a pid that means another process", needsRoot, async () => {
  await using machine = await boot();
  const { record } = machine.guest;
  assert.deepEqual(await adoptGuest({ ...record, process: { ...record.process, bootId: "another" } }), {
    state: "rebooted",
  });
  const reused = { ...record, process: { ...record.process, pid: process.pid } };
  assert.equal((await adoptGuest(reused)).state, "vanished");
  await destroyGuest(reused);
  assert.equal(await isAlive(record.process), true);
});

test("adoptGuest() refuses a monitor that answers for another guest", needsRoot, async () => {
  await using machine = await boot();
  machine.guest.qmp.close();
  await assert.rejects(
    adoptGuest({ ...machine.guest.record, uuid: "11111111-2222-3333-4444-555555555555" }),
    /not for/,
  );
});

test(
  "destroyGuest() ends a guest through its own monitor, through any, or by signal when it hangs",
  needsRoot,
  async () => {
    for (const how of ["own", "any", "signal"]) {
      await using machine = await boot({}, { awaitGreeting: false });
      const { guest } = machine;
      if (how === "signal") process.kill(guest.record.process.pid, "SIGSTOP");
      if (how === "any") guest.qmp.close();
      await destroyGuest(guest.record, how === "own" ? { guest } : { politeMs: 100 });
      assert.equal(await isAlive(guest.record.process), false, how);
    }
  },
);

interface Machine extends AsyncDisposable {
  readonly guest: Guest;
  readonly serial: Serial;
}

async function boot(overrides: Partial<Domain> = {}, { awaitGreeting = true } = {}): Promise<Machine> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchFolder());
  const disk = `${scratch.path}/boot.raw`;
  await writeFile(disk, bootSector(), { mode: 0o644 });
  const launch = await testLaunch(scratch.path, { files: [{ path: disk, readOnly: true }] });
  const domain = testDomain(launch.runDir, {
    disks: [testDisk(disk, { image: { path: disk, format: "raw", blockDevice: false }, readOnly: true, bootIndex: 1 })],
    serial: { socketPath: `${launch.runDir}/serial.sock` },
    ...overrides,
  });
  const { record, qmp } = await startGuest({ domain, launch, stderrPath: `${scratch.path}/stderr` });
  stack.defer(() => destroyGuest(record));
  const guest = stack.use(new Guest(record, qmp));
  const serial = stack.use(await connectSerial(`${launch.runDir}/serial.sock`));
  await resume(qmp);
  if (awaitGreeting) await serial.waitFor(/hello/);
  const cleanup = stack.move();
  return { guest, serial, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
}
