import { type Infer, object, optional, string } from "../../schema.ts";

export const Subject = object(
  {
    kind: string({ pb: 1 }),
    apiGroup: optional(string({ pb: 2 })),
    name: string({ pb: 3 }),
    namespace: optional(string({ pb: 4 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface Subject extends Infer<typeof Subject> {}

export const RoleRef = object(
  {
    apiGroup: string({ pb: 1 }),
    kind: string({ pb: 2 }),
    name: string({ pb: 3 }),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface RoleRef extends Infer<typeof RoleRef> {}
