import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, type Infer, object, optional, string } from "../../schema.ts";
import { spiderpool } from "./group.ts";
import { ipVersion } from "./pool-fields.ts";

const spiderReservedIPSchema = kindObject("Addresses that no pool hands out.", {
  spec: optional(
    object(
      {
        ipVersion: optional(ipVersion),
        ips: optional(array(string(), { description: "Single addresses and ranges (`10.7.0.5-10.7.0.9`)." })),
      },
      { description: "Which addresses." },
    ),
  ),
});
export interface SpiderReservedIP extends Infer<typeof spiderReservedIPSchema> {}

export const SpiderReservedIP: Kind<SpiderReservedIP> = {
  ...spiderpool,
  kind: "SpiderReservedIP",
  plural: "spiderreservedips",
  singular: "spiderreservedip",
  shortNames: ["sr"],
  namespaced: false,
  schema: spiderReservedIPSchema,
  printerColumns: [{ name: "VERSION", type: "string", jsonPath: ".spec.ipVersion", description: "ipVersion" }],
};
