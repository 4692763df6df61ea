import { having, type Infer, listSet, marker, notYet, object, optional, string } from "../../schema.ts";

const agentComesLater = notYet(
  "keys and passwords cannot be sent through the guest agent yet; use noCloud or configDrive",
);

export const AccessCredentialSource = object({
  secret: optional(
    object(
      { secretName: string({ description: "The Secret in the machine's namespace." }) },
      { description: "Every value of the Secret is one credential." },
    ),
  ),
});
export interface AccessCredentialSource extends Infer<typeof AccessCredentialSource> {}

export const SSHPublicKeyAccessCredential = object({
  propagationMethod: object(
    {
      configDrive: optional(marker({ description: "In the metadata of the machine's cloudInitConfigDrive volume." })),
      noCloud: optional(marker({ description: "In the metadata of the machine's cloudInitNoCloud volume." })),
      qemuGuestAgent: optional(
        object(
          { users: listSet(string(), { description: "Users of the guest whose keys are managed." }) },
          { description: "Written by the guest agent while the guest runs.", ...agentComesLater },
        ),
      ),
    },
    { description: "How the keys reach the guest: exactly one." },
  ),
  source: having(AccessCredentialSource, { description: "Where it is kept." }),
});
export interface SSHPublicKeyAccessCredential extends Infer<typeof SSHPublicKeyAccessCredential> {}

export const UserPasswordAccessCredential = object({
  propagationMethod: object({ qemuGuestAgent: optional(marker({ description: "Set by the guest agent." })) }),
  source: having(AccessCredentialSource, { description: "Where it is kept." }),
});
export interface UserPasswordAccessCredential extends Infer<typeof UserPasswordAccessCredential> {}

/** A credential that is kept in a Secret and put into the guest. */
export const AccessCredential = object({
  sshPublicKey: optional(having(SSHPublicKeyAccessCredential, { description: "Public keys for ssh." })),
  userPassword: optional(
    having(UserPasswordAccessCredential, {
      description: "Passwords, by user name.",
      ...notYet("passwords cannot be set through the guest agent yet; set them with cloud-init"),
    }),
  ),
});
export interface AccessCredential extends Infer<typeof AccessCredential> {}
