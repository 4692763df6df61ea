import { boolean, having, type Infer, int64, listAtomic, object, oneOf, optional, string } from "../../schema.ts";
import { AppArmorProfile, SELinuxOptions, SeccompProfile, WindowsSecurityContextOptions } from "./security-options.ts";

export const PodSecurityContext = object({
  seLinuxOptions: optional(having(SELinuxOptions, { pb: 1 })),
  windowsOptions: optional(having(WindowsSecurityContextOptions, { pb: 8 })),
  runAsUser: optional(int64({ pb: 2 })),
  runAsGroup: optional(int64({ pb: 6 })),
  runAsNonRoot: optional(boolean({ pb: 3 })),
  supplementalGroups: optional(listAtomic(int64(), { pb: 4 })),
  supplementalGroupsPolicy: optional(oneOf(["Merge", "Strict"], { pb: 12 })),
  fsGroup: optional(int64({ pb: 5 })),
  sysctls: optional(
    listAtomic(
      object({
        name: string({ pb: 1 }),
        value: string({ pb: 2 }),
      }),
      { pb: 7 },
    ),
  ),
  fsGroupChangePolicy: optional(oneOf(["Always", "OnRootMismatch"], { pb: 9 })),
  seccompProfile: optional(having(SeccompProfile, { pb: 10 })),
  appArmorProfile: optional(having(AppArmorProfile, { pb: 11 })),
  seLinuxChangePolicy: optional(oneOf(["MountOption", "Recursive"], { pb: 13 })),
});
export interface PodSecurityContext extends Infer<typeof PodSecurityContext> {}
