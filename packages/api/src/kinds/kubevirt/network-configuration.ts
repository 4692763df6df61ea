import { boolean, type Infer, map, notYet, object, optional, string } from "../../schema.ts";
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
  binding: optional(
    map(InterfaceBindingPlugin, {
      description: "Binding plugins.",
      ...notYet("network binding plugins are yet to come"),
    }),
  ),
  defaultNetworkInterface: optional(
    string({
      description: "Binding of interfaces that are attached by themselves: bridge (the default) or masquerade.",
    }),
  ),
  permitBridgeInterfaceOnPodNetwork: optional(
    boolean({ description: "Guests may take over the pod's address by a bridge; true if unset." }),
  ),
  permitSlirpInterface: optional(
    boolean({ description: "Removed upstream.", ...notYet("slirp is gone, upstream too") }),
  ),
});
export interface NetworkConfiguration extends Infer<typeof NetworkConfiguration> {}
