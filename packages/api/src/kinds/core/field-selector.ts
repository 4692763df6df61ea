import { type Infer, object, optional, quantity, string } from "../../schema.ts";

export const ObjectFieldSelector = object(
  {
    apiVersion: optional(string({ pb: 1 })),
    fieldPath: string({ pb: 2 }),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface ObjectFieldSelector extends Infer<typeof ObjectFieldSelector> {}

export const ResourceFieldSelector = object(
  {
    containerName: optional(string({ pb: 1 })),
    resource: string({ pb: 2 }),
    divisor: optional(quantity({ pb: 3 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface ResourceFieldSelector extends Infer<typeof ResourceFieldSelector> {}
