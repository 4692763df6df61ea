import { type Infer, object, optional, string } from "../../schema.ts";

/** Names an instancetype or a preference. */
export const InstancetypeMatcher = object({
  inferFromVolume: optional(string({ description: "Take the name from this volume's labels." })),
  inferFromVolumeFailurePolicy: optional(string({ description: "Reject or Ignore." })),
  kind: optional(string({ description: "Its kind: the cluster-wide one if unset." })),
  name: optional(string({ description: "Its name." })),
  revisionName: optional(string({ description: "The ControllerRevision that froze it." })),
});
export interface InstancetypeMatcher extends Infer<typeof InstancetypeMatcher> {}

export const InstancetypeStatusRef = object({
  controllerRevisionRef: optional(
    object(
      { name: optional(string({ description: "Its name." })) },
      { description: "The ControllerRevision that froze it." },
    ),
  ),
  inferFromVolume: optional(string({ description: "The volume the name came from." })),
  inferFromVolumeFailurePolicy: optional(string({ description: "Reject or Ignore." })),
  kind: optional(string({ description: "Its kind." })),
  name: optional(string({ description: "Its name." })),
});
export interface InstancetypeStatusRef extends Infer<typeof InstancetypeStatusRef> {}
