import { boolean, type Infer, map, object, optional, string } from "../../schema.ts";
import { PlainResourceRequirements } from "./resources.ts";

export const InterfaceBindingPlugin = object({
  computeResourceOverhead: optional(PlainResourceRequirements),
  domainAttachmentType: optional(string()),
  downwardAPI: optional(string()),
  migration: optional(
    object({
      method: optional(string()),
    }),
  ),
  networkAttachmentDefinition: optional(string()),
  sidecarImage: optional(string()),
});
export interface InterfaceBindingPlugin extends Infer<typeof InterfaceBindingPlugin> {}

export const NetworkConfiguration = object({
  binding: optional(map(InterfaceBindingPlugin)),
  defaultNetworkInterface: optional(string()),
  permitBridgeInterfaceOnPodNetwork: optional(boolean()),
  permitSlirpInterface: optional(boolean()),
});
export interface NetworkConfiguration extends Infer<typeof NetworkConfiguration> {}
