import { array, type Infer, int32, object, optional, string } from "../../schema.ts";

/** One interface as it really is. */
export const InterfaceStatus = object({
  infoSource: optional(string({ description: "Who says so: domain, guest-agent, multus-status." })),
  interfaceName: optional(string({ description: "Its name in the guest, e.g. `eth0`." })),
  ipAddress: optional(string({ description: "Its first address." })),
  ipAddresses: optional(array(string(), { description: "All its addresses." })),
  linkState: optional(string({ description: "up or down." })),
  mac: optional(string({ description: "Its MAC." })),
  name: optional(string({ description: "The interface of the spec." })),
  podInterfaceName: optional(string({ description: "The pod's interface it is connected to." })),
  queueCount: optional(int32({ description: "Number of queues." })),
});
export interface InterfaceStatus extends Infer<typeof InterfaceStatus> {}
