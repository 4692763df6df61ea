import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, object, optional, string } from "../../schema.ts";
import { spiderpool } from "./group.ts";
import { poolColumns } from "./pool-columns.ts";
import { allocatedIPCount, poolFields, totalIPCount } from "./pool-fields.ts";

const spiderSubnetSchema = kindObject("Addresses of one subnet that pools are made of by themselves.", {
  spec: optional(object(poolFields, { description: "Which addresses." })),
  status: optional(
    object(
      {
        controlledIPPools: optional(string({ description: "Which pool took which addresses, as JSON." })),
        totalIPCount: optional(totalIPCount),
        allocatedIPCount: optional(allocatedIPCount),
      },
      { description: "What pools took." },
    ),
  ),
});
export interface SpiderSubnet extends Infer<typeof spiderSubnetSchema> {}

export const SpiderSubnet: Kind<SpiderSubnet> = {
  ...spiderpool,
  kind: "SpiderSubnet",
  plural: "spidersubnets",
  singular: "spidersubnet",
  shortNames: ["ss"],
  namespaced: false,
  subresources: { status: true },
  schema: spiderSubnetSchema,
  printerColumns: poolColumns,
};
