import { type Infer, object, optional, string } from "../../schema.ts";

export const GuestOSInfo = object({
  id: optional(string()),
  kernelRelease: optional(string()),
  kernelVersion: optional(string()),
  machine: optional(string()),
  name: optional(string()),
  prettyName: optional(string()),
  version: optional(string()),
  versionId: optional(string()),
});
export interface GuestOSInfo extends Infer<typeof GuestOSInfo> {}
