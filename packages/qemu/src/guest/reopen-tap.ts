import { readdir, readFile } from "node:fs/promises";
import type { DomainNic } from "../domain.ts";
import { run } from "../process/run.ts";
import type { Qmp } from "../qmp/connection.ts";
import { queryVirtioFeatures } from "../qmp/verbs.ts";
import { nicDeviceId } from "../render/names.ts";
import { tapFrames } from "../render/tap-frames.ts";

export interface ReopenOptions {
  /** QEMU's */
  readonly pid: number;
  readonly qmp: Qmp;
  /** All of its NICs, as the domain has them. */
  readonly nics: readonly DomainNic[];
  /** The NIC's name. */
  readonly name: string;
  /** What the new tap is called until its maker gives it the name of the one before. */
  readonly ifName: string;
  /** Whose it is. */
  readonly uid: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes QEMU's own descriptor (`pidfd_getfd`), attaches it to a new tap in the namespace where it was opened (`TUNSETIFF`), lets the tap
 * outlive QEMU, and tells it what QEMU told the one before. No shell can do that; perl is part of every Debian.
 */
const script = `use strict; use warnings;
my ($pid, $fd, $name, $owner, $header, $offloads) = @ARGV;
my $process = syscall(434, $pid + 0, 0);
die "Cannot open process $pid: $!\\n" if $process < 0;
my $copy = syscall(438, $process, $fd + 0, 0);
die "Cannot take descriptor $fd of process $pid: $!\\n" if $copy < 0;
open(my $tap, "+<&=", $copy) or die "Cannot use descriptor $fd: $!\\n";
ioctl($tap, 0x400454ca, pack("a16 S x22", $name, 0x5002)) or die "Cannot make tap $name: $!\\n";
ioctl($tap, 0x400454cc, $owner + 0) or die "Cannot give tap $name to user $owner: $!\\n";
ioctl($tap, 0x400454cb, 1) or die "Cannot make tap $name stay: $!\\n";
ioctl($tap, 0x400454d8, pack("i", $header)) or die "Cannot set the header of tap $name: $!\\n";
ioctl($tap, 0x400454d0, $offloads + 0) or die "Cannot set the offloads of tap $name: $!\\n";
`;

/**
 * Gives a running QEMU a new tap in the place of one that was deleted under it. It has kept its descriptor, which leads nowhere and
 * which it polls in vain with all its might; its NIC notices nothing. Done already counts as done.
 *
 * @throws {Error} when QEMU cannot be reached that way; a restart of the guest is what is left then
 */
export async function reopenTap(options: ReopenOptions): Promise<void> {
  const { pid, qmp, nics, name, ifName, uid, signal } = options;
  const held = await findTaps(pid);
  if (held.some((tap) => tap.ifName === ifName)) return;
  // QEMU opens them in the order of its NICs.
  const dead = held.filter((tap) => tap.ifName === "");
  const lost = nics.filter(
    ({ backend }) => backend.type === "tap" && !held.some((tap) => tap.ifName === backend.ifName),
  );
  const index = lost.findIndex((nic) => nic.name === name);
  const [tap, nic] = [dead[index], lost[index]];
  if (!tap || !nic)
    throw new Error(`Cannot find the tap of NIC "${name}" among the descriptors of QEMU, process ${pid}`);
  const device = nicDeviceId(name);
  const features =
    nic.model === "virtio" ? await queryVirtioFeatures(qmp, device, { signal }).catch(() => undefined) : undefined;
  signal?.throwIfAborted();
  const { headerBytes, offloads } = tapFrames(nic.model, features);
  const words = [pid, tap.fd, ifName, uid, headerBytes, offloads].map(String);
  await run(["perl", "-e", script, "--", ...words], { signal });
}

/** Descriptors of a process that are taps, in the order of their numbers; those whose tap is gone have no name. */
async function findTaps(pid: number): Promise<readonly { readonly fd: number; readonly ifName: string }[]> {
  const folder = `/proc/${pid}/fdinfo`;
  const numbers = (await readdir(folder)).map(Number).toSorted((a, b) => a - b);
  const texts = await Promise.all(numbers.map((fd) => readFile(`${folder}/${fd}`, "utf8").catch(() => "")));
  return numbers.flatMap((fd, index) => {
    const name = /^iff:[ \t]*(\S*)$/m.exec(texts[index] ?? "")?.[1];
    return name === undefined ? [] : [{ fd, ifName: name }];
  });
}
