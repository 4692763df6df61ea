import { boolean, having, type Infer, notYet, object, optional, string } from "../../schema.ts";

export const MultusNetwork = object({
  default: optional(boolean({ description: "It takes the place of the pod network." })),
  networkName: string({ description: "A NetworkAttachmentDefinition: `name` or `namespace/name`." }),
});
export interface MultusNetwork extends Infer<typeof MultusNetwork> {}

export const PodNetwork = object({
  vmIPv6NetworkCIDR: optional(
    string({
      description:
        "IPv6 range behind a masquerade where the pod has IPv6, `fd10:0:2::/120` if unset. In a /64 guests need no DHCPv6.",
    }),
  ),
  vmNetworkCIDR: optional(string({ description: "IPv4 range behind a masquerade; 10.0.2.0/24 if unset." })),
});
export interface PodNetwork extends Infer<typeof PodNetwork> {}

export const ResourceClaimNetwork = object({
  claimName: optional(string({ description: "The resource claim." })),
  requestName: optional(string({ description: "The request inside the claim." })),
});
export interface ResourceClaimNetwork extends Infer<typeof ResourceClaimNetwork> {}

/** A network that interfaces of the same name connect to: exactly one source. */
export const Network = object({
  multus: optional(having(MultusNetwork, { description: "A network described by a NetworkAttachmentDefinition." })),
  name: string({ description: "Interfaces name it." }),
  pod: optional(having(PodNetwork, { description: "The pod's default network.", presence: true })),
  resourceClaim: optional(
    having(ResourceClaimNetwork, {
      description: "A network device from a resource claim.",
      presence: true,
      ...notYet("resource claims are yet to come"),
    }),
  ),
});
export interface Network extends Infer<typeof Network> {}
