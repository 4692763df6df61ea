import { type Infer, object, optional, string } from "../../schema.ts";

/** The guest's operating system, as its agent names it. */
export const GuestOSInfo = object({
  id: optional(string({ description: "Short name, e.g. `debian`." })),
  kernelRelease: optional(string({ description: "Release of the kernel." })),
  kernelVersion: optional(string({ description: "Version of the kernel." })),
  machine: optional(string({ description: "Hardware it was built for, e.g. `x86_64`." })),
  name: optional(string({ description: "Name." })),
  prettyName: optional(string({ description: "Name with version." })),
  version: optional(string({ description: "Version with its name." })),
  versionId: optional(string({ description: "Version." })),
});
export interface GuestOSInfo extends Infer<typeof GuestOSInfo> {}
