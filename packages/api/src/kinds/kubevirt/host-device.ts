import { boolean, type Infer, object, optional, string } from "../../schema.ts";
import { FeatureState } from "./feature-state.ts";

export const VGPUOptions = object({
  display: optional(
    object({
      enabled: optional(boolean()),
      ramFB: optional(FeatureState),
    }),
  ),
});
export interface VGPUOptions extends Infer<typeof VGPUOptions> {}

export const GPU = object({
  claimName: optional(string()),
  deviceName: optional(string()),
  name: string(),
  requestName: optional(string()),
  tag: optional(string()),
  virtualGPUOptions: optional(VGPUOptions),
});
export interface GPU extends Infer<typeof GPU> {}

export const HostDevice = object({
  claimName: optional(string()),
  deviceName: optional(string()),
  name: string(),
  requestName: optional(string()),
  tag: optional(string()),
});
export interface HostDevice extends Infer<typeof HostDevice> {}
