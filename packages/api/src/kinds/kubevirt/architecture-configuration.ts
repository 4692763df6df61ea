import { type Infer, listAtomic, object, optional, string } from "../../schema.ts";

export const ArchSpecificConfiguration = object({
  emulatedMachines: optional(listAtomic(string())),
  machineType: optional(string()),
  ovmfPath: optional(string()),
});
export interface ArchSpecificConfiguration extends Infer<typeof ArchSpecificConfiguration> {}

export const ArchitectureConfiguration = object({
  amd64: optional(ArchSpecificConfiguration),
  arm64: optional(ArchSpecificConfiguration),
  defaultArchitecture: optional(string()),
  ppc64le: optional(ArchSpecificConfiguration),
  s390x: optional(ArchSpecificConfiguration),
});
export interface ArchitectureConfiguration extends Infer<typeof ArchitectureConfiguration> {}
