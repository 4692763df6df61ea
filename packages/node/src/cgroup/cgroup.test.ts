import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openCgroups } from "./driver.ts";
import { parseHierarchies } from "./hierarchies.ts";

const limits = {
  memoryBytes: 268_435_456,
  cpuCores: 0.5,
  cpuRequestMillis: 100,
  pids: 64,
  devices: ["c 1:3", "c 1:9"],
};

test("parseHierarchies() reads v1 controllers and the v2 tree beside them", () => {
  const { controllers, unified } = parseHierarchies(
    [
      "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0",
      "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0",
      "cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0",
      "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0",
      "cgroup2 /elsewhere cgroup2 rw 0 0",
    ].join("\n"),
  );
  assert.deepEqual(
    [...controllers],
    [
      ["cpu", "/sys/fs/cgroup/cpu"],
      ["cpuacct", "/sys/fs/cgroup/cpu,cpuacct"],
      ["name=systemd", "/sys/fs/cgroup/systemd"],
    ],
  );
  assert.equal(unified, "/sys/fs/cgroup/unified");
});

test("the v2 driver passes controllers down and writes the limits", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "peapod-cgroup-"));
  t.after(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, "cgroup.controllers"), "cpuset cpu io memory pids\n");
  // What the kernel puts into a new group.
  const group = join(root, "peapod/3fa9c1/2");
  mkdirSync(group, { recursive: true });
  for (const file of ["cpu.max", "cpu.weight", "memory.max", "pids.max"]) writeFileSync(join(group, file), "");
  const driver = await openCgroups({ mounts: `cgroup2 ${root} cgroup2 rw 0 0\n`, prefix: root });
  assert.equal(driver.version, "v2");
  assert.deepEqual(await driver.ensure("peapod/3fa9c1/2", limits), [group]);
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  // One controller at a time, each written over the one before in this tree of plain files.
  assert.equal(read("cgroup.subtree_control"), "+io");
  assert.equal(read("peapod/3fa9c1/cgroup.subtree_control"), "+io");
  assert.equal(existsSync(join(group, "cgroup.subtree_control")), false);
  assert.equal(read("peapod/3fa9c1/2/cpu.max"), "50000 100000");
  assert.equal(read("peapod/3fa9c1/2/cpu.weight"), "4");
  assert.equal(read("peapod/3fa9c1/2/memory.max"), "268435456");
  assert.equal(read("peapod/3fa9c1/2/pids.max"), "64");
});

test("a machine without cgroups gets a driver that limits nothing and leaves nothing", async () => {
  const driver = await openCgroups({ mounts: "" });
  assert.equal(driver.version, "none");
  assert.deepEqual(await driver.ensure("peapod/x/1", limits), []);
  await driver.kill("peapod/x/1");
  await driver.remove("peapod/x/1");
});

test("this machine's driver limits a process, ends it and removes the group", async (t) => {
  const driver = await openCgroups();
  if (driver.version === "none") return t.skip("no cgroups here");
  const name = `peapod-test-${process.pid}/1`;
  const paths = await driver.ensure(name, limits);
  t.after(async () => {
    await driver.kill(name);
    await driver.remove(name);
  });
  const enter = 'for g in "$@"; do echo $$ > "$g/cgroup.procs"; done; echo in; exec sleep 60';
  const child = spawn("sh", ["-c", enter, "sh", ...paths], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  assert.deepEqual(await driver.processes(name), [child.pid]);
  if (driver.version === "v1") {
    const memory = paths.find((path) => path.includes("/memory/")) ?? "";
    assert.equal(readFileSync(join(memory, "memory.limit_in_bytes"), "utf8").trim(), "268435456");
    const allowed = paths.find((path) => path.includes("/devices/")) ?? "";
    assert.equal(readFileSync(join(allowed, "devices.list"), "utf8"), "c 1:3 rwm\nc 1:9 rwm\n");
  }
  const ended = once(child, "exit");
  await driver.kill(name);
  await ended;
  await driver.remove(name);
  for (const path of paths) assert.equal(existsSync(path), false);
  assert.deepEqual(await driver.children(`peapod-test-${process.pid}`), []);
});
