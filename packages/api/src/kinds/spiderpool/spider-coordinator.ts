import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, having, type Infer, object, optional, string } from "../../schema.ts";
import { CoordinatorSpec } from "./coordinator-spec.ts";
import { spiderpool } from "./group.ts";

const spiderCoordinatorSchema = kindObject(
  "The coordinator's settings for everybody; the object's name is `default`.",
  {
    spec: optional(having(CoordinatorSpec, { description: "The settings." })),
    status: optional(
      object(
        {
          phase: string({ description: "Synced, or NotReady." }),
          reason: optional(string({ description: "Why it is not ready." })),
          overlayPodCIDR: optional(array(string(), { description: "Subnets of the other pods." })),
          serviceCIDR: optional(array(string(), { description: "Subnets of Services." })),
        },
        { description: "What was found out." },
      ),
    ),
  },
);
export interface SpiderCoordinator extends Infer<typeof spiderCoordinatorSchema> {}

export const SpiderCoordinator: Kind<SpiderCoordinator> = {
  ...spiderpool,
  kind: "SpiderCoordinator",
  plural: "spidercoordinators",
  singular: "spidercoordinator",
  shortNames: ["scc"],
  namespaced: false,
  subresources: { status: true },
  schema: spiderCoordinatorSchema,
};
