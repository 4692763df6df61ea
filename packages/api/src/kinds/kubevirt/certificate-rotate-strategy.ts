import { type Infer, object, optional, string } from "../../schema.ts";

export const CertificateConfig = object({
  duration: optional(string()),
  renewBefore: optional(string()),
});
export interface CertificateConfig extends Infer<typeof CertificateConfig> {}

export const CertificateRotateStrategy = object({
  selfSigned: optional(
    object({
      ca: optional(CertificateConfig),
      caOverlapInterval: optional(string()),
      caRotateInterval: optional(string()),
      certRotateInterval: optional(string()),
      server: optional(CertificateConfig),
    }),
  ),
});
export interface CertificateRotateStrategy extends Infer<typeof CertificateRotateStrategy> {}
