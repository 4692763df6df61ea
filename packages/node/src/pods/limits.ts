import { type Pod, quantityToBytes, quantityToMilli } from "@peapod/api";
import type { CgroupLimits } from "../cgroup/types.ts";

/** null, zero, full, random, urandom, and /dev/net/tun for the guest's taps; /dev/kvm where there is one. */
const devices = ["c 1:3", "c 1:5", "c 1:7", "c 1:8", "c 1:9", "c 10:200", "c 10:232"];

/** A small guest has seven to nine threads at work; one with many vCPUs has more. */
const leastPids = 128;

/** The pod's sums, as a kubelet would put them on the pod's cgroup. A container without a limit lifts it for all. */
export function limitsOf(pod: Pod): CgroupLimits {
  const resources = pod.spec?.containers.find(({ name }) => name === "compute")?.resources;
  const memory = resources?.limits?.["memory"];
  const cpu = resources?.limits?.["cpu"];
  const cpuRequest = resources?.requests?.["cpu"] ?? cpu;
  const cores = cpu === undefined ? undefined : quantityToMilli(cpu) / 1000;
  return {
    memoryBytes: memory === undefined ? undefined : quantityToBytes(memory),
    cpuCores: cores,
    cpuRequestMillis: cpuRequest === undefined ? undefined : quantityToMilli(cpuRequest),
    pids: Math.max(leastPids, Math.ceil(cores ?? 1) * 64),
    devices,
  };
}
