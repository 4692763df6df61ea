import type { Kind } from "../kind.ts";
import { NetworkAttachmentDefinition } from "./cni/network-attachment-definition.ts";
import { KubeVirt } from "./kubevirt/kubevirt.ts";
import { VirtualMachine } from "./kubevirt/virtual-machine.ts";
import { VirtualMachineInstance } from "./kubevirt/virtual-machine-instance.ts";

/** Kinds that Peapod serves as CustomResourceDefinitions. */
export const peapodKinds: readonly Kind[] = [
  VirtualMachine,
  VirtualMachineInstance,
  KubeVirt,
  NetworkAttachmentDefinition,
];
