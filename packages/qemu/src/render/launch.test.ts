import assert from "node:assert/strict";
import { test } from "node:test";
import { testDomain, testNic } from "../testing/domain.ts";
import { DomainError } from "./addresses.ts";
import { type Launch, renderLaunch } from "./launch.ts";

const launch: Launch = {
  qemuPath: "/usr/bin/qemu-system-x86_64",
  runDir: "/run/p/1",
  uid: 64001,
  gid: 64002,
  cgroupPaths: [],
  files: [],
  devices: [],
};
const render = (overrides: Partial<Launch>, domain = testDomain("/run/p/1")): readonly string[] =>
  renderLaunch({ ...launch, ...overrides }, domain, ["-S"]);
/** The arguments after the script's name, in the order in which it takes them. */
const scriptArguments = (argv: readonly string[]): readonly string[] => argv.slice(argv.indexOf("peapod-launch") + 1);

test("renderLaunch() enters the network namespace first and leaves ours after it", () => {
  const argv = render({ netnsPath: "/run/netns/pp1" });
  assert.deepEqual(argv.slice(0, 9), [
    "nsenter",
    "--net=/run/netns/pp1",
    "--",
    "unshare",
    "--mount",
    "--ipc",
    "--uts",
    "--propagation",
    "private",
  ]);
  assert.equal(render({})[0], "unshare");
});

test("renderLaunch() gives the script everything as arguments, QEMU's own last", () => {
  const [cgroups, opened, folders, files, nodes, table, uid, gid, ...qemu] = scriptArguments(
    render({
      cgroupPaths: ["/sys/fs/cgroup/cpu/p/1", "/sys/fs/cgroup/memory/p/1"],
      files: [
        { path: "/d/my disk.qcow2", readOnly: false },
        { path: "/usr/share/OVMF/OVMF_CODE_4M.fd", readOnly: true },
      ],
      blockDevices: [{ path: "/dev/vg/lv", readOnly: true, major: 253, minor: 7 }],
      devices: ["tun"],
    }),
  );
  assert.equal(cgroups, "/sys/fs/cgroup/cpu/p/1\n/sys/fs/cgroup/memory/p/1");
  assert.equal(opened, "");
  assert.equal(folders, "/sys/usr\n/sys/proc\n/sys/dev/net\n/sys/old\n/sys/etc\n/sys/run/p/1\n/sys/d\n/sys/dev/vg");
  assert.equal(files, "/sys/d/my disk.qcow2");
  assert.equal(
    nodes,
    "666\t/sys/dev/null\tc\t1\t3\n666\t/sys/dev/urandom\tc\t1\t9\n666\t/sys/dev/net/tun\tc\t10\t200\n444\t/sys/dev/vg/lv\tb\t253\t7",
  );
  assert.deepEqual(table?.split("\n"), [
    "proc /sys/proc proc nosuid,nodev,noexec 0 0",
    "/usr /sys/usr none bind,ro,nosuid,nodev 0 0",
    "/run/p/1 /sys/run/p/1 none bind,nosuid,nodev,noexec 0 0",
    "/d/my\\040disk.qcow2 /sys/d/my\\040disk.qcow2 none bind,nosuid,noexec,rw 0 0",
  ]);
  assert.deepEqual([uid, gid, ...qemu], ["64001", "64002", "/usr/bin/qemu-system-x86_64", "-S"]);
});

test("renderLaunch() opens taps that are handed over by descriptor", () => {
  const nics = [testNic({ backend: { type: "macvtap", ifName: "tap7" } })];
  assert.equal(scriptArguments(render({}, testDomain("/run/p/1", { nics })))[1], "3/tap7");
});

test("renderLaunch() refuses a path with a line break", () => {
  assert.throws(() => render({ files: [{ path: "/d/a\nb", readOnly: true }] }), DomainError);
});
