import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, boolean, type Infer, int64, object, optional, string } from "../../schema.ts";
import { spiderpool } from "./group.ts";
import { SpiderRoute } from "./route.ts";

/** The addresses of one interface, of both families. */
export const SpiderEndpointIP = object({
  interface: string({ description: "The interface's name in the pod: `eth0`, `net1`." }),
  ipv4: optional(string({ description: "The IPv4 address with the prefix length of its subnet." })),
  ipv6: optional(string({ description: "The IPv6 address with the prefix length of its subnet." })),
  ipv4Pool: optional(string({ description: "The pool that the IPv4 address is from." })),
  ipv6Pool: optional(string({ description: "The pool that the IPv6 address is from." })),
  vlan: optional(
    int64({ minimum: 0, maximum: 4094, default: 0, description: "Always 0: networks have VLANs, pools none." }),
  ),
  ipv4Gateway: optional(string({ description: "The IPv4 default router." })),
  ipv6Gateway: optional(string({ description: "The IPv6 default router." })),
  cleanGateway: optional(boolean({ description: "This interface gets no default route." })),
  routes: optional(array(SpiderRoute, { description: "Further routes." })),
  mac: optional(string({ description: "The interface's MAC address." })),
});
export interface SpiderEndpointIP extends Infer<typeof SpiderEndpointIP> {}

export const SpiderEndpointStatus = object(
  {
    current: object(
      {
        uid: string({ description: "The uid of the pod that uses the addresses." }),
        node: string({ description: "Where that pod is." }),
        ips: array(SpiderEndpointIP, { description: "One entry for each interface." }),
      },
      { description: "The addresses, and who uses them now." },
    ),
    ownerControllerType: string({ description: "Kind of the object that stands behind the pod." }),
    ownerControllerName: string({ description: "Name of that object." }),
  },
  { description: "Which addresses are held." },
);
export interface SpiderEndpointStatus extends Infer<typeof SpiderEndpointStatus> {}

const spiderEndpointSchema = kindObject(
  "The addresses that one pod, or one virtual machine through all its pods, holds.",
  {
    status: optional(SpiderEndpointStatus),
  },
);
export interface SpiderEndpoint extends Infer<typeof spiderEndpointSchema> {}

export const SpiderEndpoint: Kind<SpiderEndpoint> = {
  ...spiderpool,
  kind: "SpiderEndpoint",
  plural: "spiderendpoints",
  singular: "spiderendpoint",
  shortNames: ["se"],
  namespaced: true,
  schema: spiderEndpointSchema,
  printerColumns: [
    { name: "INTERFACE", type: "string", jsonPath: ".status.current.ips[0].interface", description: "interface" },
    { name: "IPV4POOL", type: "string", jsonPath: ".status.current.ips[0].ipv4Pool", description: "ipv4Pool" },
    { name: "IPV4", type: "string", jsonPath: ".status.current.ips[0].ipv4", description: "ipv4" },
    { name: "IPV6POOL", type: "string", jsonPath: ".status.current.ips[0].ipv6Pool", description: "ipv6Pool" },
    { name: "IPV6", type: "string", jsonPath: ".status.current.ips[0].ipv6", description: "ipv6" },
    { name: "NODE", type: "string", jsonPath: ".status.current.node", description: "node" },
  ],
};
