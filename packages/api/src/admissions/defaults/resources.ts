import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import { compareQuantities, quantityToBytes } from "../../quantity.ts";
import type { Installation } from "../installation.ts";
import { amountOf } from "./amounts.ts";

type Spec = VirtualMachineInstanceSpec;

/** A CPU limit is a request too; else the installation may have a word. */
export function withDefaultRequests(spec: Spec, installation: Installation): Spec {
  const { resources = {} } = spec.domain;
  const limit = amountOf(resources.limits, "cpu");
  if (amountOf(resources.requests, "cpu") !== undefined) return spec;
  const { cpuRequest } = installation;
  const wanted =
    limit ?? (cpuRequest !== undefined && compareQuantities(cpuRequest, "100m") !== 0 ? cpuRequest : undefined);
  if (wanted === undefined) return spec;
  const requests = { ...resources.requests, cpu: wanted };
  return { ...spec, domain: { ...spec.domain, resources: { ...resources, requests } } };
}

/** The guest sees what is requested, or else the limit. */
export function withDefaultGuestMemory(spec: Spec): Spec {
  const { memory = {}, resources } = spec.domain;
  if (memory.guest !== undefined) return spec;
  const guest = amountOf(resources?.requests, "memory") ?? amountOf(resources?.limits, "memory");
  return { ...spec, domain: { ...spec.domain, memory: { ...memory, ...(guest !== undefined && { guest }) } } };
}

/** Without any topology, as many sockets as CPUs are limited or requested. */
export function withDefaultTopology(spec: Spec): Spec {
  const { cpu = {}, resources } = spec.domain;
  if (cpu.sockets || cpu.cores || cpu.threads) return spec;
  const amount = resources?.limits?.["cpu"] ?? resources?.requests?.["cpu"];
  const sockets = amount === undefined ? 1 : Math.max(0, quantityToBytes(amount));
  return { ...spec, domain: { ...spec.domain, cpu: { ...cpu, sockets, cores: 1, threads: 1 } } };
}

export function withDefaultCpuModel(spec: Spec, installation: Installation): Spec {
  if (spec.domain.cpu?.model) return spec;
  const usual = spec.architecture === "arm64" ? "host-passthrough" : "host-model";
  const cpu = { ...spec.domain.cpu, model: installation.cpuModel ?? usual };
  return { ...spec, domain: { ...spec.domain, cpu } };
}
