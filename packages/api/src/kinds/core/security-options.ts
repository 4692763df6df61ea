import { boolean, type Infer, object, oneOf, optional, string } from "../../schema.ts";

export const SELinuxOptions = object({
  user: optional(string({ pb: 1 })),
  role: optional(string({ pb: 2 })),
  type: optional(string({ pb: 3 })),
  level: optional(string({ pb: 4 })),
});
export interface SELinuxOptions extends Infer<typeof SELinuxOptions> {}

export const WindowsSecurityContextOptions = object({
  gmsaCredentialSpecName: optional(string({ pb: 1 })),
  gmsaCredentialSpec: optional(string({ pb: 2 })),
  runAsUserName: optional(string({ pb: 3 })),
  hostProcess: optional(boolean({ pb: 4 })),
});
export interface WindowsSecurityContextOptions extends Infer<typeof WindowsSecurityContextOptions> {}

export const SeccompProfile = object({
  type: oneOf(["Localhost", "RuntimeDefault", "Unconfined"], { pb: 1 }),
  localhostProfile: optional(string({ pb: 2 })),
});
export interface SeccompProfile extends Infer<typeof SeccompProfile> {}

export const AppArmorProfile = object({
  type: oneOf(["Localhost", "RuntimeDefault", "Unconfined"], { pb: 1 }),
  localhostProfile: optional(string({ pb: 2 })),
});
export interface AppArmorProfile extends Infer<typeof AppArmorProfile> {}
