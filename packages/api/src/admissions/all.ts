import type { Admission } from "../admission.ts";
import { kubeVirtCreation, kubeVirtUpdate } from "./kubevirt.ts";
import { networkAttachmentDefinitionAdmission } from "./network-attachment-definition.ts";
import { virtualMachineAdmission } from "./virtual-machine.ts";
import { virtualMachineInstanceCreation, virtualMachineInstanceUpdate } from "./virtual-machine-instance.ts";

/** Every admission of Peapod's kinds. A kind may have several: all that name it are asked, each under its own webhook's name. */
export const admissions: readonly Admission[] = [
  virtualMachineAdmission,
  virtualMachineInstanceCreation,
  virtualMachineInstanceUpdate,
  kubeVirtCreation,
  kubeVirtUpdate,
  networkAttachmentDefinitionAdmission,
];
