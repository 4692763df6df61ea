import { quantityToBytes, type VirtualMachineInstanceSpec } from "@peapod/api";

const MiB = 1024 * 1024;

/**
 * What the guest sees as its RAM, in bytes: `memory.guest`, or else what is requested, or else the limit. Rounded up to whole
 * MiB, as x86 boards want it.
 *
 * @returns 0 where the manifest names none (admission refuses that)
 */
export function guestMemoryBytes(spec: Pick<VirtualMachineInstanceSpec, "domain">): number {
  const { memory, resources } = spec.domain;
  const wanted =
    memory?.guest ?? resources?.requests?.["memory"] ?? resources?.limits?.["memory"] ?? memory?.hugepages?.pageSize;
  return wanted === undefined ? 0 : Math.ceil(quantityToBytes(wanted) / MiB) * MiB;
}

/**
 * MiB that QEMU may keep translated code in when it emulates. Unbounded, the buffer grows with whatever the guest runs (660 MiB
 * under a full distribution); measured, 32 MiB costs a small guest nothing and 16 MiB costs it 30 % more CPU. An eighth of the
 * guest's memory, a power of two, between 32 and 512.
 */
export function translationBufferMiB(memoryBytes: number): number {
  const eighth = Math.max(1, memoryBytes / MiB / 8);
  return Math.min(512, Math.max(32, 2 ** Math.floor(Math.log2(eighth))));
}
