import type { Admission } from "../admission.ts";
import { kubeVirtCreation, kubeVirtUpdate } from "./kubevirt.ts";
import { networkAttachmentDefinitionAdmission } from "./network-attachment-definition.ts";
import { namespaceAnnotationsAdmission, podAnnotationsAdmission } from "./spiderpool/annotated.ts";
import { spiderCoordinatorAdmission } from "./spiderpool/coordinator/index.ts";
import { spiderMultusConfigAdmission } from "./spiderpool/multus-config/index.ts";
import { spiderIPPoolAdmission } from "./spiderpool/pool/index.ts";
import { spiderReservedIPAdmission } from "./spiderpool/reserved-ip.ts";
import { spiderSubnetAdmission } from "./spiderpool/subnet.ts";
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
  spiderIPPoolAdmission,
  spiderReservedIPAdmission,
  spiderMultusConfigAdmission,
  spiderCoordinatorAdmission,
  spiderSubnetAdmission,
  podAnnotationsAdmission,
  namespaceAnnotationsAdmission,
];
