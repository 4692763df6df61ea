import type { VirtualMachineInstanceSpec } from "@peapod/api";
import { cpuTopology, vcpuCount } from "./cpu-topology.ts";
import { guestMemoryBytes, translationBufferMiB } from "./memory.ts";

const MiB = 1024 * 1024;

/**
 * Memory a guest needs beside its own RAM, in MiB. Measured with QEMU 7.2: a paused q35 machine holds 20 MiB (PSS), a running small
 * guest 30; QEMU's is all there is, since no other process of ours lives in the pod. Upstream reserves 268 MiB for the same guest.
 */
const parts = {
  /** QEMU's code, heap and device models at work. */
  qemu: 32,
  /** A thread's stack and state. */
  perVcpu: 1,
  /** The frame buffer and VNC's copies of it. */
  graphics: 20,
  /** Flash images of code and variables. */
  uefi: 4,
  /** DHCP server of one interface. */
  perDhcpInterface: 2,
  /** The user-mode network process. */
  perPasstInterface: 32,
} as const;

/**
 * What is added to the guest's memory when the pod asks for its share of a node:
 * `32 + vCPUs + 20 (graphics) + 4 (UEFI) + 2 per bridge or masquerade interface + 32 per passt interface` MiB, a 512th of the
 * guest's memory for page tables and, where QEMU emulates, its buffer of translated code.
 *
 * @param emulated  whether a node that this guest may land on has no usable KVM
 */
export function memoryOverheadBytes(spec: VirtualMachineInstanceSpec, emulated: boolean): number {
  const { devices, firmware } = spec.domain;
  const memoryBytes = guestMemoryBytes(spec);
  const interfaces = devices.interfaces ?? [];
  const mib =
    parts.qemu +
    parts.perVcpu * vcpuCount(cpuTopology(spec)) +
    (devices.autoattachGraphicsDevice === false ? 0 : parts.graphics) +
    (firmware?.bootloader?.efi ? parts.uefi : 0) +
    parts.perDhcpInterface * interfaces.filter((nic) => nic.bridge || nic.masquerade).length +
    parts.perPasstInterface * interfaces.filter((nic) => nic.passt || nic.passtBinding).length +
    (emulated ? translationBufferMiB(memoryBytes) : 0);
  return mib * MiB + Math.ceil(memoryBytes / 512);
}
