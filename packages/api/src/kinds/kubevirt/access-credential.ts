import { type Infer, listSet, object, optional, string } from "../../schema.ts";

export const AccessCredentialSource = object({
  secret: optional(
    object({
      secretName: string(),
    }),
  ),
});
export interface AccessCredentialSource extends Infer<typeof AccessCredentialSource> {}

export const SSHPublicKeyAccessCredential = object({
  propagationMethod: object({
    configDrive: optional(object({})),
    noCloud: optional(object({})),
    qemuGuestAgent: optional(
      object({
        users: listSet(string()),
      }),
    ),
  }),
  source: AccessCredentialSource,
});
export interface SSHPublicKeyAccessCredential extends Infer<typeof SSHPublicKeyAccessCredential> {}

export const UserPasswordAccessCredential = object({
  propagationMethod: object({
    qemuGuestAgent: optional(object({})),
  }),
  source: AccessCredentialSource,
});
export interface UserPasswordAccessCredential extends Infer<typeof UserPasswordAccessCredential> {}

export const AccessCredential = object({
  sshPublicKey: optional(SSHPublicKeyAccessCredential),
  userPassword: optional(UserPasswordAccessCredential),
});
export interface AccessCredential extends Infer<typeof AccessCredential> {}
