import assert from "node:assert/strict";
import { chown, mkdir, readFile, readlink, rmdir, stat } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Domain } from "../domain.ts";
import { createImage } from "../image/qemu-img.ts";
import { run } from "../process/run.ts";
import { queryMachineType, queryStatus, quit } from "../qmp/verbs.ts";
import { testDisk, testDomain } from "../testing/domain.ts";
import { needsRoot, testLaunch } from "../testing/launch.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { findGuestProcesses, killProcess, waitForExit } from "./process.ts";
import { GuestStartError, startGuest } from "./start.ts";

test("startGuest() leaves a stopped guest of its own session, uid and root that answers QMP", needsRoot, async () => {
  await using scratch = await scratchFolder();
  const disk = `${scratch.path}/a, b.qcow2`;
  await createImage(disk, { format: "qcow2", sizeBytes: 1024 * 1024 });
  const launch = await testLaunch(scratch.path, { files: [{ path: disk, readOnly: false }], devices: ["tun"] });
  await chown(disk, launch.uid, launch.gid);
  const domain = testDomain(launch.runDir, { disks: [testDisk(disk)] });
  const { record, qmp } = await startGuest({ domain, launch, stderrPath: `${scratch.path}/stderr` });
  await using _ = qmp;
  assert.equal(await queryStatus(qmp), "prelaunch");
  assert.match(await queryMachineType(qmp), /^pc-q35-/);

  const proc = `/proc/${record.process.pid}`;
  const status = await readFile(`${proc}/status`, "utf8");
  assert.match(status, new RegExp(`^Uid:\\s+${launch.uid}\\s+${launch.uid}`, "m"));
  assert.match(status, /^Groups:\s*$/m);
  assert.match(status, /^CapBnd:\s+0000000000000000$/m);
  assert.match(status, /^NoNewPrivs:\s+1$/m);
  assert.match(status, /^Seccomp:\s+2$/m);
  const { stdout: root } = await run(["ls", "-A", `${proc}/root/`, `${proc}/root/dev`]);
  const visible = root.split("\n").filter((line) => line !== "" && !line.endsWith(":"));
  const ownTop = scratch.path.split("/")[1] ?? "";
  assert.deepEqual(
    visible.sort(),
    ["bin", "dev", "etc", "lib", "lib64", "net", "null", "old", "proc", "sbin", ownTop, "urandom", "usr"].sort(),
  );
  assert.equal((await stat(`${proc}/root/dev/net/tun`)).mode & 0o777, 0o666);
  assert.notEqual(await readlink(`${proc}/ns/mnt`), await readlink("/proc/self/ns/mnt"));
  const [session, group] = (await readFile(`${proc}/stat`, "utf8")).split(") ")[1]?.split(" ").slice(2, 4) ?? [];
  assert.deepEqual([Number(session), Number(group)], [record.process.pid, record.process.pid]);
  assert.deepEqual(await findGuestProcesses(domain.pidFile), [record.process]);

  await quit(qmp);
  assert.equal(await waitForExit(record.process, 10_000), true);
});

test("startGuest() of a QEMU that refuses fails with its last words and leaves nothing", needsRoot, async () => {
  await using scratch = await scratchFolder();
  const launch = await testLaunch(scratch.path);
  const domain = testDomain(launch.runDir, { disks: [testDisk("/no/such/disk")] });
  await assertFails(
    domain,
    launch,
    `${scratch.path}/stderr`,
    /Cannot start QEMU for "default_web": .*No such file or directory/,
  );
});

test("startGuest() of a launcher that fails says which step refused", needsRoot, async () => {
  await using scratch = await scratchFolder();
  const launch = await testLaunch(scratch.path, { files: [{ path: "/no/such/file", readOnly: true }] });
  await assertFails(testDomain(launch.runDir), launch, `${scratch.path}/stderr`, /mount: .*\/no\/such\/file/);
});

test("startGuest() of a QEMU that never answers ends at the deadline and leaves nothing", needsRoot, async () => {
  await using scratch = await scratchFolder();
  const launch = await testLaunch(scratch.path);
  const domain = testDomain(launch.runDir);
  await assert.rejects(
    startGuest({ domain, launch, stderrPath: `${scratch.path}/stderr`, deadlineMs: 1 }),
    /no answer within 1 ms/,
  );
  assert.deepEqual(await findGuestProcesses(domain.pidFile), []);
});

test("startGuest() that is aborted throws the reason and leaves nothing", needsRoot, async () => {
  await using scratch = await scratchFolder();
  const launch = await testLaunch(scratch.path);
  const domain = testDomain(launch.runDir);
  const stop = new AbortController();
  const reason = new Error("enough");
  const starting = assert.rejects(
    startGuest({ domain, launch, stderrPath: `${scratch.path}/stderr`, signal: stop.signal }),
    reason,
  );
  setImmediate(() => stop.abort(reason));
  await starting;
  assert.deepEqual(await findGuestProcesses(domain.pidFile), []);
});

test("startGuest() joins the cgroups it is given", needsRoot, async (t) => {
  await using scratch = await scratchFolder();
  const group = `/sys/fs/cgroup/pids/qemu-test-${process.pid}`;
  if ((await stat("/sys/fs/cgroup/pids").catch(() => undefined)) === undefined) return t.skip("no cgroup v1 here");
  await mkdir(group);
  const launch = await testLaunch(scratch.path, { cgroupPaths: [group] });
  const domain = testDomain(launch.runDir);
  try {
    const { record, qmp } = await startGuest({ domain, launch, stderrPath: `${scratch.path}/stderr` });
    qmp.close();
    assert.equal((await readFile(`${group}/cgroup.procs`, "utf8")).trim(), String(record.process.pid));
  } finally {
    for (const process of await findGuestProcesses(domain.pidFile)) await killProcess(process);
    await removeGroup(group);
  }
});

/** A process that has ended counts as a member until its parent, here the machine's init, has taken its exit status. */
async function removeGroup(path: string): Promise<void> {
  for (let busy = true; busy; ) {
    busy = await rmdir(path).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EBUSY") throw error;
        return true;
      },
    );
    if (busy) await setTimeout(10);
  }
}

async function assertFails(
  domain: Domain,
  launch: Awaited<ReturnType<typeof testLaunch>>,
  stderrPath: string,
  message: RegExp,
): Promise<void> {
  await assert.rejects(startGuest({ domain, launch, stderrPath }), (error) => {
    assert.ok(error instanceof GuestStartError);
    assert.match(error.message, message);
    return true;
  });
  assert.deepEqual(await findGuestProcesses(domain.pidFile), []);
  const { stdout } = await run(["ls", "-A", launch.runDir]);
  assert.equal(stdout, "");
}
