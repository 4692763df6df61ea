import type { Domain } from "../domain.ts";
import { DomainError } from "./addresses.ts";
import { openedTaps } from "./nic.ts";

/** Where and as whom a guest's QEMU runs. All paths are the host's; QEMU sees what it sees at the same paths. */
export interface Launch {
  /** `/usr/bin/qemu-system-x86_64` */
  readonly qemuPath: string;
  /** The folder of QEMU's sockets and pid file; its uid must be allowed to write there. */
  readonly runDir: string;
  readonly uid: number;
  readonly gid: number;
  /** The pod's network namespace; undefined: ours. */
  readonly netnsPath?: string | undefined;
  /** Joined before QEMU runs: memory touched earlier would stay charged to us. */
  readonly cgroupPaths: readonly string[];
  /** Files that QEMU opens, backing files too. What is under /usr is visible anyway. */
  readonly files: readonly { readonly path: string; readonly readOnly: boolean }[];
  /** Block devices that QEMU opens: it gets a node of its own, since the machine's belongs to root. */
  readonly blockDevices?: readonly {
    readonly path: string;
    readonly readOnly: boolean;
    readonly major: number;
    readonly minor: number;
  }[];
  /** Device nodes of its own, open to its uid: `tun` for taps, `kvm` for acceleration. */
  readonly devices: readonly ("tun" | "kvm")[];
}

/**
 * The program that becomes QEMU: it enters the network namespace, leaves ours, joins the cgroups, builds a root that shows only /usr
 * and the guest's own files, drops all privileges, and turns into QEMU with the pid it had from the start. A script of constant text
 * takes everything as arguments, so no name is ever read as code.
 *
 * @throws {DomainError} for a path with a line break in it
 */
export function renderLaunch(
  launch: Launch,
  domain: Domain,
  qemuArgs: readonly string[],
): readonly [string, ...string[]] {
  const files = launch.files.filter((file) => !file.path.startsWith("/usr/"));
  const folders = new Set([
    "/usr",
    "/proc",
    "/dev/net",
    "/old",
    "/etc",
    launch.runDir,
    ...[...files, ...(launch.blockDevices ?? [])].map(folderOf),
  ]);
  const unshare = ["unshare", "--mount", "--ipc", "--uts", "--propagation", "private", "--"] as const;
  const shell = [
    "/bin/sh",
    "-c",
    script,
    "peapod-launch",
    lines(launch.cgroupPaths),
    lines(openedTaps(domain).map(({ fd, ifName }) => `${fd}/${ifName}`)),
    lines([...folders].map((folder) => `${newRoot}${folder}`)),
    lines(files.map((file) => `${newRoot}${file.path}`)),
    lines(renderNodes(launch)),
    lines(mountTable(launch.runDir, files)),
    String(launch.uid),
    String(launch.gid),
    launch.qemuPath,
    ...qemuArgs,
  ] as const;
  return launch.netnsPath === undefined
    ? [...unshare, ...shell]
    : ["nsenter", `--net=${launch.netnsPath}`, "--", ...unshare, ...shell];
}

/**
 * The new root is built over /sys: it exists everywhere and no guest's file lies there. Device nodes are made anew, since the
 * machine's /dev/net/tun and /dev/kvm are closed to an unprivileged uid. /proc serves `umount` and is gone before QEMU runs.
 *
 * A macvtap is a device with a number of its own, which the network namespace's sysfs tells. It is opened here, as root, through a
 * node that is gone before QEMU runs; its cgroup learns of the number, for it does not know the driver's before.
 */
const script = `set -eu
IFS='
'
[ -z "$2" ] || mount -n -t sysfs sysfs /sys
taps=
for tap in $2; do taps="$taps\${tap%%/*}/$(cat "/sys/class/net/\${tap#*/}"/macvtap/*/dev)
"; done
[ -z "$2" ] || umount -n /sys
set -f
for group in $1; do
  for tap in $taps; do [ ! -e "$group/devices.allow" ] || echo "c \${tap#*/} rwm" > "$group/devices.allow"; done
  echo $$ > "$group/cgroup.procs"
done
mount -n -t tmpfs -o mode=755,size=1m,nosuid peapod /sys
mkdir -p -- $3
for file in $4; do : > "$file"; done
for tap in $taps; do
  number=\${tap#*/}
  mknod -m 600 /sys/dev/tap c "\${number%:*}" "\${number#*:}"
  eval "exec \${tap%%/*}<>/sys/dev/tap"
  rm /sys/dev/tap
done
tab=$(printf '\\t')
for node in $5; do IFS=$tab; mknod -m $node; done
IFS='
'
printf '%s\\n' "$6" > /sys/etc/fstab
mount -n -a -T /sys/etc/fstab
cd /sys
: > etc/fstab
ln -s usr/lib usr/lib64 usr/bin usr/sbin .
uid=$7 gid=$8
shift 8
pivot_root . old
umount -n -l /old /proc
ulimit -c 0
umask 077
exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"`;

const newRoot = "/sys";

/** What `mknod -m` takes, separated by tabs. @see https://www.kernel.org/doc/Documentation/admin-guide/devices.txt */
function renderNodes({ devices, blockDevices = [] }: Launch): string[] {
  return [
    ...(["null", "urandom", ...devices] as const).map((device) => `666\t${newRoot}${characterDevices[device]}`),
    ...blockDevices.map(
      ({ path, readOnly, major, minor }) =>
        `${readOnly ? "444" : "666"}\t${newRoot}${withoutTab(path)}\tb\t${major}\t${minor}`,
    ),
  ];
}

const characterDevices = {
  null: "/dev/null\tc\t1\t3",
  urandom: "/dev/urandom\tc\t1\t9",
  tun: "/dev/net/tun\tc\t10\t200",
  kvm: "/dev/kvm\tc\t10\t232",
} as const;

function withoutTab(path: string): string {
  if (path.includes("\t")) throw new DomainError("", `Cannot use a device path with a tab: ${JSON.stringify(path)}`);
  return path;
}

/** Lines of fstab(5), mounted in order by one process. */
function mountTable(runDir: string, files: Launch["files"]): string[] {
  return [
    entry("proc", "/proc", "proc", "nosuid,nodev,noexec"),
    entry("/usr", "/usr", "none", "bind,ro,nosuid,nodev"),
    entry(runDir, runDir, "none", "bind,nosuid,nodev,noexec"),
    ...files.map((file) => entry(file.path, file.path, "none", `bind,nosuid,noexec,${file.readOnly ? "ro" : "rw"}`)),
  ];
}

function entry(source: string, target: string, type: string, options: string): string {
  return `${escaped(source)} ${escaped(`${newRoot}${target}`)} ${type} ${options} 0 0`;
}

/** fstab separates by blanks and reads octal escapes. */
function escaped(path: string): string {
  return path.replaceAll(/[\\ \t#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function folderOf({ path }: { readonly path: string }): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** One argument for a list: its items are told apart by line ends, so none may hold one. */
function lines(items: readonly string[]): string {
  for (const item of items) {
    if (item.includes("\n")) throw new DomainError("", `Cannot use a path with a line break: ${JSON.stringify(item)}`);
  }
  return items.join("\n");
}
