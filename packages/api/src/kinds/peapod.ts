import type { Kind } from "../kind.ts";
import { NetworkAttachmentDefinition } from "./cni/network-attachment-definition.ts";
import { KubeVirt } from "./kubevirt/kubevirt.ts";
import { VirtualMachine } from "./kubevirt/virtual-machine.ts";
import { VirtualMachineInstance } from "./kubevirt/virtual-machine-instance.ts";
import { SpiderCoordinator } from "./spiderpool/spider-coordinator.ts";
import { SpiderEndpoint } from "./spiderpool/spider-endpoint.ts";
import { SpiderIPPool } from "./spiderpool/spider-ip-pool.ts";
import { SpiderMultusConfig } from "./spiderpool/spider-multus-config.ts";
import { SpiderReservedIP } from "./spiderpool/spider-reserved-ip.ts";
import { SpiderSubnet } from "./spiderpool/spider-subnet.ts";

/** Kinds that Peapod serves as CustomResourceDefinitions. */
export const peapodKinds: readonly Kind[] = [
  VirtualMachine,
  VirtualMachineInstance,
  KubeVirt,
  NetworkAttachmentDefinition,
  SpiderIPPool,
  SpiderReservedIP,
  SpiderEndpoint,
  SpiderMultusConfig,
  SpiderCoordinator,
  SpiderSubnet,
];
