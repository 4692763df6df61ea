import { array, boolean, having, type Infer, listAtomic, object, optional, string } from "../../schema.ts";

export const GroupVersionForDiscovery = object({
  groupVersion: string({ pb: 1 }),
  version: string({ pb: 2 }),
});
export interface GroupVersionForDiscovery extends Infer<typeof GroupVersionForDiscovery> {}

export const ServerAddressByClientCIDR = object({
  clientCIDR: string({ pb: 1 }),
  serverAddress: string({ pb: 2 }),
});
export interface ServerAddressByClientCIDR extends Infer<typeof ServerAddressByClientCIDR> {}

export const APIGroup = object({
  name: string({ pb: 1 }),
  versions: listAtomic(GroupVersionForDiscovery, { pb: 2 }),
  preferredVersion: optional(having(GroupVersionForDiscovery, { pb: 3 })),
  serverAddressByClientCIDRs: optional(listAtomic(ServerAddressByClientCIDR, { pb: 4 })),
});
export interface APIGroup extends Infer<typeof APIGroup> {}

export const APIResource = object({
  name: string({ pb: 1 }),
  singularName: string({ pb: 6 }),
  namespaced: boolean({ pb: 2 }),
  group: optional(string({ pb: 8 })),
  version: optional(string({ pb: 9 })),
  kind: string({ pb: 3 }),
  verbs: array(string(), { pb: 4 }),
  shortNames: optional(listAtomic(string(), { pb: 5 })),
  categories: optional(listAtomic(string(), { pb: 7 })),
  storageVersionHash: optional(string({ pb: 10 })),
});
export interface APIResource extends Infer<typeof APIResource> {}

export const APIGroupList = object({
  groups: listAtomic(APIGroup, { pb: 1 }),
});
export interface APIGroupList extends Infer<typeof APIGroupList> {}

export const APIResourceList = object({
  groupVersion: string({ pb: 1 }),
  resources: listAtomic(APIResource, { pb: 2 }),
});
export interface APIResourceList extends Infer<typeof APIResourceList> {}
