import { array, type Infer, int32, object, optional, string } from "../../schema.ts";

export const InterfaceStatus = object({
  infoSource: optional(string()),
  interfaceName: optional(string()),
  ipAddress: optional(string()),
  ipAddresses: optional(array(string())),
  linkState: optional(string()),
  mac: optional(string()),
  name: optional(string()),
  podInterfaceName: optional(string()),
  queueCount: optional(int32()),
});
export interface InterfaceStatus extends Infer<typeof InterfaceStatus> {}
