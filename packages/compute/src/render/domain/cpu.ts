import type { VirtualMachineInstanceSpec } from "@peapod/api";
import type { CpuModel, NodeFacts } from "./facts.ts";
import { isOn } from "./machine.ts";

/**
 * The QEMU model and its flags: `host-model` and `host-passthrough` resolved for this node, then the features the manifest asks
 * for, the last word on each.
 */
export function renderCpu(spec: VirtualMachineInstanceSpec, node: NodeFacts): CpuModel {
  const { cpu, features } = spec.domain;
  const { model, features: own } = resolveModel(cpu?.model, node);
  const enabled = new Map(own.map((feature) => [feature.name, feature.enabled]));
  if (features?.kvm?.hidden) enabled.set("kvm", false);
  if (features?.pvspinlock) enabled.set("kvm-pv-unhalt", isOn(features.pvspinlock, true));
  if (features?.apic) enabled.set("apic", isOn(features.apic, true));
  if (features?.apic?.endOfInterrupt !== undefined) enabled.set("kvm-pv-eoi", features.apic.endOfInterrupt);
  for (const { name, policy } of cpu?.features ?? []) {
    enabled.set(name, policy !== "disable" && policy !== "forbid");
  }
  return { model, features: Array.from(enabled, ([name, on]) => ({ name, enabled: on })) };
}

/**
 * What `host-model` means on a node: under KVM the host's own CPU. Under emulation there is none worth copying, so it is one named
 * model with what x86-64-v2 distributions need, every flag of which QEMU emulates. An AMD one: a guest that sees an Intel CPU of that
 * age isolates its page tables, each switch of them empties the emulator's TLB, and a system call costs seven times as much
 * (measured: 60 000 reads and writes of a byte 0.4 s, with Nehalem or Westmere 2.7 to 3.7 s).
 */
export function hostModel(node: Pick<NodeFacts, "accelerator" | "architecture" | "hostModel">): CpuModel {
  if (node.hostModel) return node.hostModel;
  if (node.accelerator === "kvm") return { model: "host", features: [] };
  if (node.architecture === "arm64") return { model: "max", features: [] };
  return { model: "qemu64", features: x86v2.map((name) => ({ name, enabled: true })) };
}

const x86v2 = ["ssse3", "sse4.1", "sse4.2", "popcnt", "cx16", "lahf-lm"] as const;

function resolveModel(wanted: string | undefined, node: NodeFacts): CpuModel {
  switch (wanted || (node.architecture === "arm64" ? "host-passthrough" : "host-model")) {
    case "host-model":
      return hostModel(node);
    case "host-passthrough":
      return { model: node.accelerator === "kvm" ? "host" : "max", features: [] };
    default:
      // MPX is gone from CPUs and kernels, but old model definitions still carry it.
      return {
        model: wanted ?? "",
        features: node.architecture === "amd64" && wanted !== "max" ? [{ name: "mpx", enabled: false }] : [],
      };
  }
}
