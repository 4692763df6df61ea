import { boolean, having, type Infer, object, optional, string } from "../../schema.ts";
import { ObjectFieldSelector, ResourceFieldSelector } from "./field-selector.ts";

export const EnvSource = object({
  name: optional(string({ pb: "1.1" })),
  optional: optional(boolean({ pb: 2 })),
});
export interface EnvSource extends Infer<typeof EnvSource> {}

export const EnvFromSource = object({
  prefix: optional(string({ pb: 1 })),
  configMapRef: optional(having(EnvSource, { pb: 2 })),
  secretRef: optional(having(EnvSource, { pb: 3 })),
});
export interface EnvFromSource extends Infer<typeof EnvFromSource> {}

export const KeySelector = object(
  {
    name: optional(string({ pb: "1.1" })),
    key: string({ pb: 2 }),
    optional: optional(boolean({ pb: 3 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface KeySelector extends Infer<typeof KeySelector> {}

export const FileKeySelector = object(
  {
    volumeName: string({ pb: 1 }),
    path: string({ pb: 2 }),
    key: string({ pb: 3 }),
    optional: optional(boolean({ default: false, pb: 4 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface FileKeySelector extends Infer<typeof FileKeySelector> {}

export const EnvVarSource = object({
  fieldRef: optional(having(ObjectFieldSelector, { pb: 1 })),
  resourceFieldRef: optional(having(ResourceFieldSelector, { pb: 2 })),
  configMapKeyRef: optional(having(KeySelector, { pb: 3 })),
  secretKeyRef: optional(having(KeySelector, { pb: 4 })),
  fileKeyRef: optional(having(FileKeySelector, { pb: 5 })),
});
export interface EnvVarSource extends Infer<typeof EnvVarSource> {}

export const EnvVar = object({
  name: string({ pb: 1 }),
  value: optional(string({ pb: 2 })),
  valueFrom: optional(having(EnvVarSource, { pb: 3 })),
});
export interface EnvVar extends Infer<typeof EnvVar> {}
