import { type Quantity, quantityToMilli, type VirtualMachineInstanceSpec } from "@peapod/api";

export interface CpuTopology {
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

/** What the guest sees: the topology asked for, 1 where nothing is said; without any, a socket per requested CPU. */
export function cpuTopology(spec: Pick<VirtualMachineInstanceSpec, "domain">): CpuTopology {
  const { cpu, resources } = spec.domain;
  if (cpu?.sockets || cpu?.cores || cpu?.threads) {
    return { sockets: cpu.sockets || 1, cores: cpu.cores || 1, threads: cpu.threads || 1 };
  }
  const requested = resources?.limits?.["cpu"] ?? resources?.requests?.["cpu"];
  return { sockets: requested === undefined ? 1 : wholeCpus(requested), cores: 1, threads: 1 };
}

export function vcpuCount({ sockets, cores, threads }: CpuTopology): number {
  return sockets * cores * threads;
}

function wholeCpus(quantity: Quantity): number {
  return Math.max(1, Math.ceil(quantityToMilli(quantity) / 1000));
}
