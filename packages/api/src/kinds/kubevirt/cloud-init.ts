import { type Infer, object, optional, string } from "../../schema.ts";
import { LocalObjectReference } from "../core/references.ts";

export const CloudInitSource = object({
  networkData: optional(string()),
  networkDataBase64: optional(string()),
  networkDataSecretRef: optional(LocalObjectReference),
  secretRef: optional(LocalObjectReference),
  userData: optional(string()),
  userDataBase64: optional(string()),
});
export interface CloudInitSource extends Infer<typeof CloudInitSource> {}
