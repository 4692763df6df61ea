import { array, type Infer, int32, listAtomic, object, optional, string } from "../../schema.ts";

export const PluginBinding = object({
  name: string(),
});
export interface PluginBinding extends Infer<typeof PluginBinding> {}

export const DHCPPrivateOption = object({
  option: int32({ default: 0 }),
  value: string(),
});
export interface DHCPPrivateOption extends Infer<typeof DHCPPrivateOption> {}

export const DHCPOptions = object({
  bootFileName: optional(string()),
  ntpServers: optional(array(string())),
  privateOptions: optional(array(DHCPPrivateOption)),
  tftpServerName: optional(string()),
});
export interface DHCPOptions extends Infer<typeof DHCPOptions> {}

export const PortRange = object({
  end: int32({ default: 0 }),
  protocol: string(),
  start: int32({ default: 0 }),
});
export interface PortRange extends Infer<typeof PortRange> {}

export const Port = object({
  name: optional(string()),
  port: int32({ default: 0 }),
  protocol: optional(string()),
});
export interface Port extends Infer<typeof Port> {}

export const Interface = object({
  acpiIndex: optional(int32()),
  binding: optional(PluginBinding),
  bootOrder: optional(int32()),
  bridge: optional(object({})),
  dhcpOptions: optional(DHCPOptions),
  macAddress: optional(string()),
  macvtap: optional(object({})),
  masquerade: optional(object({})),
  model: optional(string()),
  name: string(),
  passt: optional(object({})),
  passtBinding: optional(object({})),
  pciAddress: optional(string()),
  portRanges: optional(listAtomic(PortRange)),
  ports: optional(array(Port)),
  slirp: optional(object({})),
  sriov: optional(object({})),
  state: optional(string()),
  tag: optional(string()),
});
export interface Interface extends Infer<typeof Interface> {}
