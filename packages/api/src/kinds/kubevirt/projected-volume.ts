import { array, boolean, having, type Infer, int32, object, optional, string } from "../../schema.ts";
import { ObjectFieldSelector, ResourceFieldSelector } from "../core/field-selector.ts";

const volumeLabel = string({ description: "Label of the file system that the guest sees." });
const mayBeMissing = boolean({ description: "It may be missing." });

export const ConfigMapDisk = object({
  name: optional(string({ description: "The ConfigMap, in the machine's namespace." })),
  optional: optional(mayBeMissing),
  volumeLabel: optional(volumeLabel),
});
export interface ConfigMapDisk extends Infer<typeof ConfigMapDisk> {}

export const ContainerPathSource = object({
  path: string({ description: "The folder." }),
  readOnly: optional(boolean({ description: "The guest cannot write." })),
});
export interface ContainerPathSource extends Infer<typeof ContainerPathSource> {}

export const DownwardAPIDiskFile = object({
  fieldRef: optional(having(ObjectFieldSelector, { description: "A field of the pod." })),
  mode: optional(int32({ description: "Permissions of the file." })),
  path: string({ description: "Name of the file." }),
  resourceFieldRef: optional(having(ResourceFieldSelector, { description: "A resource of a container." })),
});
export interface DownwardAPIDiskFile extends Infer<typeof DownwardAPIDiskFile> {}

export const DownwardAPIDisk = object({
  fields: optional(array(DownwardAPIDiskFile, { description: "The files." })),
  volumeLabel: optional(volumeLabel),
});
export interface DownwardAPIDisk extends Infer<typeof DownwardAPIDisk> {}

export const SecretDisk = object({
  optional: optional(mayBeMissing),
  secretName: optional(string({ description: "The Secret, in the machine's namespace." })),
  volumeLabel: optional(volumeLabel),
});
export interface SecretDisk extends Infer<typeof SecretDisk> {}

export const ServiceAccountDisk = object({
  serviceAccountName: optional(string({ description: "The service account, in the machine's namespace." })),
});
export interface ServiceAccountDisk extends Infer<typeof ServiceAccountDisk> {}

const answers = object({ name: optional(string({ description: "Its name, in the machine's namespace." })) });

export const SysprepSource = object({
  configMap: optional(having(answers, { description: "A ConfigMap with the answer file." })),
  secret: optional(having(answers, { description: "A Secret with the answer file." })),
});
export interface SysprepSource extends Infer<typeof SysprepSource> {}
