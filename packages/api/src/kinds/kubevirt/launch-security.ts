import { boolean, type Infer, object, optional, string } from "../../schema.ts";

export const LaunchSecurity = object({
  sev: optional(
    object({
      attestation: optional(object({})),
      dhCert: optional(string()),
      policy: optional(
        object({
          encryptedState: optional(boolean()),
        }),
      ),
      session: optional(string()),
    }),
  ),
  snp: optional(object({})),
  tdx: optional(object({})),
});
export interface LaunchSecurity extends Infer<typeof LaunchSecurity> {}
