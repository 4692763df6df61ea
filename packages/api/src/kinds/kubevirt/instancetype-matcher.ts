import { type Infer, object, optional, string } from "../../schema.ts";

export const InstancetypeMatcher = object({
  inferFromVolume: optional(string()),
  inferFromVolumeFailurePolicy: optional(string()),
  kind: optional(string()),
  name: optional(string()),
  revisionName: optional(string()),
});
export interface InstancetypeMatcher extends Infer<typeof InstancetypeMatcher> {}

export const InstancetypeStatusRef = object({
  controllerRevisionRef: optional(
    object({
      name: optional(string()),
    }),
  ),
  inferFromVolume: optional(string()),
  inferFromVolumeFailurePolicy: optional(string()),
  kind: optional(string()),
  name: optional(string()),
});
export interface InstancetypeStatusRef extends Infer<typeof InstancetypeStatusRef> {}
