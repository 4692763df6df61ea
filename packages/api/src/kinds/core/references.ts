import { type Infer, object, optional, string } from "../../schema.ts";

export const LocalObjectReference = object(
  {
    name: optional(string({ pb: 1 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface LocalObjectReference extends Infer<typeof LocalObjectReference> {}

export const TypedLocalObjectReference = object(
  {
    apiGroup: optional(string({ pb: 1 })),
    kind: string({ pb: 2 }),
    name: string({ pb: 3 }),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const TypedObjectReference = object({
  apiGroup: optional(string({ pb: 1 })),
  kind: string({ pb: 2 }),
  name: string({ pb: 3 }),
  namespace: optional(string({ pb: 4 })),
});
export interface TypedObjectReference extends Infer<typeof TypedObjectReference> {}

export const ObjectReference = object(
  {
    kind: optional(string({ pb: 1 })),
    namespace: optional(string({ pb: 2 })),
    name: optional(string({ pb: 3 })),
    uid: optional(string({ pb: 4 })),
    apiVersion: optional(string({ pb: 5 })),
    resourceVersion: optional(string({ pb: 6 })),
    fieldPath: optional(string({ pb: 7 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface ObjectReference extends Infer<typeof ObjectReference> {}

export const SecretReference = object(
  {
    name: optional(string({ pb: 1 })),
    namespace: optional(string({ pb: 2 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface SecretReference extends Infer<typeof SecretReference> {}
