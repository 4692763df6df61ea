import { having, type Infer, object, optional, string } from "../../schema.ts";
import { LocalObjectReference } from "../core/references.ts";

/** A small disk from which cloud-init configures the guest: user data, and network data if any, each from one source. */
export const CloudInitSource = object({
  networkData: optional(string({ description: "Network configuration, as text." })),
  networkDataBase64: optional(string({ description: "Network configuration, in base64." })),
  networkDataSecretRef: optional(
    having(LocalObjectReference, {
      description: "Secret with the network configuration under `networkdata`.",
    }),
  ),
  secretRef: optional(having(LocalObjectReference, { description: "Secret with the user data under `userdata`." })),
  userData: optional(string({ description: "User data, as text: `#cloud-config`, or a script beginning with `#!`." })),
  userDataBase64: optional(string({ description: "User data, in base64." })),
});
export interface CloudInitSource extends Infer<typeof CloudInitSource> {}
