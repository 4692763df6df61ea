import { boolean, having, type Infer, object, optional, string } from "../../schema.ts";
import { FeatureState } from "./feature-state.ts";

export const VGPUOptions = object({
  display: optional(
    object({
      enabled: optional(boolean({ description: "Show the device's own display." })),
      ramFB: optional(having(FeatureState, { description: "A frame buffer for the time before the driver." })),
    }),
  ),
});
export interface VGPUOptions extends Infer<typeof VGPUOptions> {}

/** A GPU of the host, or a slice of one. */
export const GPU = object({
  claimName: optional(string({ description: "The resource claim that holds it." })),
  deviceName: optional(string({ description: "The resource that a device plugin offers." })),
  name: string({ description: "Name of the device." }),
  requestName: optional(string({ description: "The request inside the claim." })),
  tag: optional(string({ description: "Published in the metadata of a cloudInitConfigDrive volume." })),
  virtualGPUOptions: optional(VGPUOptions),
});
export interface GPU extends Infer<typeof GPU> {}

/** A PCI, USB or mediated device of the host. */
export const HostDevice = object({
  claimName: optional(string({ description: "The resource claim that holds it." })),
  deviceName: optional(string({ description: "The resource that a device plugin offers." })),
  name: string({ description: "Name of the device." }),
  requestName: optional(string({ description: "The request inside the claim." })),
  tag: optional(string({ description: "Published in the metadata of a cloudInitConfigDrive volume." })),
});
export interface HostDevice extends Infer<typeof HostDevice> {}
