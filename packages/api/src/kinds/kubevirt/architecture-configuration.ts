import { having, type Infer, listAtomic, notYet, object, optional, string } from "../../schema.ts";

export const ArchSpecificConfiguration = object({
  emulatedMachines: optional(listAtomic(string(), { description: "Machine types that guests may have, as patterns." })),
  machineType: optional(string({ description: "Machine type of guests that name none." })),
  ovmfPath: optional(
    string({ description: "Where UEFI firmware lies.", ...notYet("the firmware is found by itself") }),
  ),
});
export interface ArchSpecificConfiguration extends Infer<typeof ArchSpecificConfiguration> {}

const otherArchitectures = notYet("guests of this architecture are yet to come");

/** Settings by architecture. */
export const ArchitectureConfiguration = object({
  amd64: optional(having(ArchSpecificConfiguration, { description: "x86-64." })),
  arm64: optional(having(ArchSpecificConfiguration, { description: "64-bit ARM." })),
  defaultArchitecture: optional(string({ description: "Architecture of guests that name none." })),
  ppc64le: optional(having(ArchSpecificConfiguration, { description: "Another architecture.", ...otherArchitectures })),
  s390x: optional(having(ArchSpecificConfiguration, { description: "Another architecture.", ...otherArchitectures })),
});
export interface ArchitectureConfiguration extends Infer<typeof ArchitectureConfiguration> {}
