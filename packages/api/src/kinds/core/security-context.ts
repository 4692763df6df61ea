import { boolean, having, type Infer, int64, listAtomic, object, oneOf, optional, string } from "../../schema.ts";
import { AppArmorProfile, SELinuxOptions, SeccompProfile, WindowsSecurityContextOptions } from "./security-options.ts";

export const SecurityContext = object({
  capabilities: optional(
    object(
      {
        add: optional(listAtomic(string(), { pb: 1 })),
        drop: optional(listAtomic(string(), { pb: 2 })),
      },
      { pb: 1 },
    ),
  ),
  privileged: optional(boolean({ pb: 2 })),
  seLinuxOptions: optional(having(SELinuxOptions, { pb: 3 })),
  windowsOptions: optional(having(WindowsSecurityContextOptions, { pb: 10 })),
  runAsUser: optional(int64({ pb: 4 })),
  runAsGroup: optional(int64({ pb: 8 })),
  runAsNonRoot: optional(boolean({ pb: 5 })),
  readOnlyRootFilesystem: optional(boolean({ pb: 6 })),
  allowPrivilegeEscalation: optional(boolean({ pb: 7 })),
  procMount: optional(oneOf(["Default", "Unmasked"], { pb: 9 })),
  seccompProfile: optional(having(SeccompProfile, { pb: 11 })),
  appArmorProfile: optional(having(AppArmorProfile, { pb: 12 })),
});
export interface SecurityContext extends Infer<typeof SecurityContext> {}
