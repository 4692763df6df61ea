import { boolean, type Infer, object, optional, string } from "../../schema.ts";

export const MultusNetwork = object({
  default: optional(boolean()),
  networkName: string(),
});
export interface MultusNetwork extends Infer<typeof MultusNetwork> {}

export const PodNetwork = object({
  vmIPv6NetworkCIDR: optional(string()),
  vmNetworkCIDR: optional(string()),
});
export interface PodNetwork extends Infer<typeof PodNetwork> {}

export const ResourceClaimNetwork = object({
  claimName: optional(string()),
  requestName: optional(string()),
});
export interface ResourceClaimNetwork extends Infer<typeof ResourceClaimNetwork> {}

export const Network = object({
  multus: optional(MultusNetwork),
  name: string(),
  pod: optional(PodNetwork),
  resourceClaim: optional(ResourceClaimNetwork),
});
export interface Network extends Infer<typeof Network> {}
