import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, boolean, having, type Infer, int64, object, optional, string } from "../../schema.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { spiderpool } from "./group.ts";
import { poolColumns } from "./pool-columns.ts";
import { allocatedIPCount, poolFields, totalIPCount } from "./pool-fields.ts";

export const SpiderIPPoolSpec = object(
  {
    ...poolFields,
    podAffinity: optional(having(LabelSelector, { description: "Only pods with these labels get an address." })),
    namespaceAffinity: optional(
      having(LabelSelector, { description: "Only pods of namespaces with these labels get an address." }),
    ),
    namespaceName: optional(
      array(string(), { description: "Only pods of these namespaces; namespaceAffinity is not looked at then." }),
    ),
    nodeAffinity: optional(
      having(LabelSelector, { description: "Only pods on nodes with these labels get an address." }),
    ),
    nodeName: optional(
      array(string(), { description: "Only pods on these nodes; nodeAffinity is not looked at then." }),
    ),
    multusName: optional(
      array(string(), {
        description: "Only interfaces of these networks (`namespace/name`, or `name` in Spiderpool's own namespace).",
      }),
    ),
    default: optional(boolean({ default: false, description: "Used for whoever names no pool." })),
    vlan: optional(
      int64({ description: "Ignored, as Spiderpool does since 1.0: networks have VLANs, pools have none." }),
    ),
    disable: optional(boolean({ default: false, description: "Nothing new is handed out; giving back works." })),
  },
  { description: "Which addresses, and for whom." },
);
export interface SpiderIPPoolSpec extends Infer<typeof SpiderIPPoolSpec> {}

const spiderIPPoolSchema = kindObject("Addresses of one subnet that interfaces of pods and guests are given.", {
  spec: optional(SpiderIPPoolSpec),
  status: optional(
    object(
      {
        allocatedIPs: optional(
          string({ description: 'Who holds what, as JSON: `{"10.7.0.5":{"pod":"namespace/name","podUid":"…"}}`.' }),
        ),
        totalIPCount: optional(totalIPCount),
        allocatedIPCount: optional(allocatedIPCount),
      },
      { description: "What is held." },
    ),
  ),
});
export interface SpiderIPPool extends Infer<typeof spiderIPPoolSchema> {}

export const SpiderIPPool: Kind<SpiderIPPool> = {
  ...spiderpool,
  kind: "SpiderIPPool",
  plural: "spiderippools",
  singular: "spiderippool",
  shortNames: ["sp"],
  namespaced: false,
  subresources: { status: true },
  schema: spiderIPPoolSchema,
  printerColumns: [
    ...poolColumns,
    { name: "DEFAULT", type: "boolean", jsonPath: ".spec.default", description: "default" },
    { name: "DISABLE", type: "boolean", jsonPath: ".spec.disable", description: "disable", priority: 10 },
    { name: "NodeName", type: "string", jsonPath: ".spec.nodeName", description: "nodeName", priority: 10 },
    { name: "MultusName", type: "string", jsonPath: ".spec.multusName", description: "multusName", priority: 10 },
    {
      name: "APP-NAMESPACE",
      type: "string",
      jsonPath: ".spec.podAffinity.matchLabels['ipam\\.spidernet\\.io/app-namespace']",
      description: "app-namespace",
      priority: 10,
    },
  ],
};
