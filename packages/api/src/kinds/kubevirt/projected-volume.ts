import { array, boolean, type Infer, int32, object, optional, string } from "../../schema.ts";
import { ObjectFieldSelector, ResourceFieldSelector } from "../core/field-selector.ts";

export const ConfigMapDisk = object({
  name: optional(string()),
  optional: optional(boolean()),
  volumeLabel: optional(string()),
});
export interface ConfigMapDisk extends Infer<typeof ConfigMapDisk> {}

export const ContainerPathSource = object({
  path: string(),
  readOnly: optional(boolean()),
});
export interface ContainerPathSource extends Infer<typeof ContainerPathSource> {}

export const DownwardAPIDiskFile = object({
  fieldRef: optional(ObjectFieldSelector),
  mode: optional(int32()),
  path: string(),
  resourceFieldRef: optional(ResourceFieldSelector),
});
export interface DownwardAPIDiskFile extends Infer<typeof DownwardAPIDiskFile> {}

export const DownwardAPIDisk = object({
  fields: optional(array(DownwardAPIDiskFile)),
  volumeLabel: optional(string()),
});
export interface DownwardAPIDisk extends Infer<typeof DownwardAPIDisk> {}

export const SecretDisk = object({
  optional: optional(boolean()),
  secretName: optional(string()),
  volumeLabel: optional(string()),
});
export interface SecretDisk extends Infer<typeof SecretDisk> {}

export const ServiceAccountDisk = object({
  serviceAccountName: optional(string()),
});
export interface ServiceAccountDisk extends Infer<typeof ServiceAccountDisk> {}

export const SysprepSource = object({
  configMap: optional(
    object({
      name: optional(string()),
    }),
  ),
  secret: optional(
    object({
      name: optional(string()),
    }),
  ),
});
export interface SysprepSource extends Infer<typeof SysprepSource> {}
