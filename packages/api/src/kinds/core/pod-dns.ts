import { type Infer, listAtomic, object, optional, string } from "../../schema.ts";

export const HostAlias = object({
  ip: string({ pb: 1 }),
  hostnames: optional(listAtomic(string(), { pb: 2 })),
});
export interface HostAlias extends Infer<typeof HostAlias> {}

export const PodDNSConfigOption = object({
  name: optional(string({ pb: 1 })),
  value: optional(string({ pb: 2 })),
});
export interface PodDNSConfigOption extends Infer<typeof PodDNSConfigOption> {}

export const PodDNSConfig = object({
  nameservers: optional(listAtomic(string(), { pb: 1 })),
  searches: optional(listAtomic(string(), { pb: 2 })),
  options: optional(listAtomic(PodDNSConfigOption, { pb: 3 })),
});
export interface PodDNSConfig extends Infer<typeof PodDNSConfig> {}
