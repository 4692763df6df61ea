import { boolean, type Infer, marker, object, optional, string } from "../../schema.ts";

/** The host cannot read the guest's memory. */
export const LaunchSecurity = object({
  sev: optional(
    object(
      {
        attestation: optional(marker({ description: "Wait for the owner to attest the guest." })),
        dhCert: optional(string({ description: "The owner's Diffie-Hellman certificate." })),
        policy: optional(
          object(
            { encryptedState: optional(boolean({ description: "Encrypt registers too (SEV-ES)." })) },
            { description: "What the guest demands." },
          ),
        ),
        session: optional(string({ description: "The owner's session blob." })),
      },
      { description: "AMD SEV." },
    ),
  ),
  snp: optional(marker({ description: "AMD SEV-SNP." })),
  tdx: optional(marker({ description: "Intel TDX." })),
});
export interface LaunchSecurity extends Infer<typeof LaunchSecurity> {}
