import type { Domain } from "../domain.ts";
import { keyValueArgument } from "./argument.ts";

export function renderCpu({ cpu }: Domain): string[] {
  return [
    ...keyValueArgument(
      "-cpu",
      cpu.model,
      Object.fromEntries(cpu.features.map((feature) => [feature.name, feature.enabled])),
    ),
    ...keyValueArgument("-smp", undefined, {
      cpus: cpu.sockets * cpu.cores * cpu.threads,
      sockets: cpu.sockets,
      cores: cpu.cores,
      threads: cpu.threads,
    }),
  ];
}
