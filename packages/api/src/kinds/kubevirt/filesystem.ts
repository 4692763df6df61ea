import { type Infer, marker, object, string } from "../../schema.ts";

/** A directory shared with the guest. */
export const Filesystem = object({
  name: string({ description: "The volume to share; the guest mounts it by this name." }),
  virtiofs: marker({ description: "Shared by virtiofs." }),
});
export interface Filesystem extends Infer<typeof Filesystem> {}
