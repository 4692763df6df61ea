import { formatQuantity, type Quantity, quantityToBytes, type VirtualMachineInstanceSpec } from "@peapod/api";
import { cpuTopology, vcpuCount } from "../../guest/cpu-topology.ts";
import { guestMemoryBytes } from "../../guest/memory.ts";
import { memoryOverheadBytes } from "../../guest/overhead.ts";
import type { LauncherConfig } from "./config.ts";

export interface PodResources {
  readonly requests: { readonly [name: string]: Quantity };
  readonly limits?: { readonly [name: string]: Quantity };
}

/**
 * What the pod asks of a node: the guest's memory as the manifest requests it (or all of it) with QEMU's overhead on top, and a
 * share of a CPU per vCPU. Memory is limited only where the manifest limits it; a limit too gets the overhead on top.
 */
export function renderResources(spec: VirtualMachineInstanceSpec, config: LauncherConfig): PodResources {
  const { requests = {}, limits = {}, overcommitGuestOverhead } = spec.domain.resources ?? {};
  const overhead = memoryOverheadBytes(spec, config.emulated);
  const wantedBytes = requests["memory"]
    ? quantityToBytes(requests["memory"])
    : Math.ceil((guestMemoryBytes(spec) * 100) / config.memoryOvercommit);
  const memory = { memory: bytes(wantedBytes + (overcommitGuestOverhead ? 0 : overhead)) };
  const cpu = { cpu: requests["cpu"] ?? cpuShare(spec, config) };
  const limited = {
    ...limits,
    ...(limits["memory"] !== undefined && { memory: bytes(quantityToBytes(limits["memory"]) + overhead) }),
  };
  return {
    requests: { ...requests, ...cpu, ...memory },
    ...(Object.keys(limited).length > 0 && { limits: limited }),
  };
}

function cpuShare(spec: VirtualMachineInstanceSpec, config: LauncherConfig): string {
  return `${Math.max(1, Math.round((vcpuCount(cpuTopology(spec)) * 1000) / config.cpuAllocationRatio))}m`;
}

function bytes(count: number): string {
  return formatQuantity({ nano: BigInt(count) * 1_000_000_000n, format: "BinarySI" });
}
