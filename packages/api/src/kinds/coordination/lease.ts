import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, int32, microTime, object, optional, string } from "../../schema.ts";

const leaseSchema = kindObject("Who holds something for now.", {
  spec: optional(
    object(
      {
        holderIdentity: optional(string({ pb: 1 })),
        leaseDurationSeconds: optional(int32({ pb: 2 })),
        acquireTime: optional(microTime({ pb: 3 })),
        renewTime: optional(microTime({ pb: 4 })),
        leaseTransitions: optional(int32({ pb: 5 })),
        strategy: optional(string({ pb: 6 })),
        preferredHolder: optional(string({ pb: 7 })),
      },
      { pb: 2 },
    ),
  ),
});
export interface Lease extends Infer<typeof leaseSchema> {}

export const Lease: Kind<Lease> = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  singular: "lease",
  namespaced: true,
  builtIn: true,
  schema: leaseSchema,
};
