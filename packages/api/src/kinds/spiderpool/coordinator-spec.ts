import { array, boolean, type Infer, integer, object, oneOf, optional, string } from "../../schema.ts";
import { SpiderRoute } from "./route.ts";

export const coordinatorModes = ["auto", "underlay", "overlay", "disabled", "disable"] as const;
export const podCIDRTypes = ["auto", "cluster", "calico", "cilium", "none"] as const;

/** How a pod with underlay interfaces is made to reach its node, Services and the other pods. */
export const CoordinatorSpec = object({
  mode: optional(
    oneOf(coordinatorModes, {
      default: "auto",
      description:
        "`underlay` joins pod and node by a veth pair, `overlay` uses the pod's first interface for that, `auto` chooses, `disabled` (or `disable`) leaves the pod alone.",
    }),
  ),
  podCIDRType: optional(
    oneOf(podCIDRTypes, { description: "Where the other pods' subnets are known from. `none`: nowhere." }),
  ),
  hijackCIDR: optional(array(string(), { description: "Further destinations that are reached through the node." })),
  policyRoutes: optional(array(SpiderRoute, { description: "Routes put into the pod beside those of its pools." })),
  podMACPrefix: optional(
    string({ description: "The first two bytes (`0a:1b`) of MAC addresses whose rest is made of the IPv4 address." }),
  ),
  tunePodRoutes: optional(boolean({ default: true, description: "Several interfaces get policy routes." })),
  podDefaultRouteNIC: optional(string({ description: "The interface that the default route is of." })),
  hostRuleTable: optional(integer({ default: 500, description: "The node's routing table for routes to pods." })),
  podRPFilter: optional(
    integer({ default: 0, description: "The pod's rp_filter: 0, 1 or 2; a negative number leaves it as it is." }),
  ),
  txQueueLen: optional(integer({ default: 0, description: "Length of the interfaces' send queue; 0 leaves it." })),
  vethLinkAddress: optional(string({ description: "A link-local address for the veth pair." })),
  vethMTU: optional(integer({ minimum: 1, description: "MTU of the veth pair." })),
});
export interface CoordinatorSpec extends Infer<typeof CoordinatorSpec> {}
