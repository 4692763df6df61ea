import { array, int64, optional, string } from "../../schema.ts";
import { SpiderRoute } from "./route.ts";

/** 4 or 6, as a number. */
export const ipVersion = int64({
  enum: [4, 6],
  description: "4 or 6. Filled in from the addresses; never changes.",
});

/** What a pool and a subnet are both made of. */
export const poolFields = {
  ipVersion: optional(ipVersion),
  subnet: string({ description: "The network that the addresses belong to, as a CIDR; never changes." }),
  ips: optional(
    array(string(), {
      description: "The addresses to hand out: single ones (`10.7.0.5`) and ranges (`10.7.0.5-10.7.0.9`).",
    }),
  ),
  excludeIPs: optional(array(string(), { description: "Addresses and ranges that are left out of `ips`." })),
  gateway: optional(string({ description: "The default router. It is not handed out." })),
  routes: optional(array(SpiderRoute, { description: "Further routes of whoever gets an address." })),
} as const;

export const totalIPCount = int64({ minimum: 0, description: "How many addresses there are to hand out." });
export const allocatedIPCount = int64({ minimum: 0, description: "How many of them are held." });
