import {
  array,
  having,
  type Infer,
  int32,
  listAtomic,
  marker,
  notYet,
  object,
  optional,
  string,
} from "../../schema.ts";

export const PluginBinding = object({
  name: string({ description: "A binding plugin registered in the KubeVirt object." }),
});
export interface PluginBinding extends Infer<typeof PluginBinding> {}

export const DHCPPrivateOption = object({
  option: int32({ description: "Number of the option, 224 to 254.", default: 0 }),
  value: string({ description: "Its value, as text." }),
});
export interface DHCPPrivateOption extends Infer<typeof DHCPPrivateOption> {}

export const DHCPOptions = object({
  bootFileName: optional(string({ description: "Option 67: what a network boot loads." })),
  ntpServers: optional(array(string(), { description: "Option 42: IPv4 addresses of time servers." })),
  privateOptions: optional(array(DHCPPrivateOption, { description: "Options 224 to 254." })),
  tftpServerName: optional(string({ description: "Option 66: where a network boot loads from." })),
});
export interface DHCPOptions extends Infer<typeof DHCPOptions> {}

export const PortRange = object({
  end: int32({ description: "Last port.", default: 0 }),
  protocol: string({ description: "TCP or UDP." }),
  start: int32({ description: "First port.", default: 0 }),
});
export interface PortRange extends Infer<typeof PortRange> {}

export const Port = object({
  name: optional(string({ description: "A name, unique among the ports." })),
  port: int32({ description: "The port in the guest and on the pod's address.", default: 0 }),
  protocol: optional(string({ description: "TCP (the default) or UDP." })),
});
export interface Port extends Infer<typeof Port> {}

/** One network interface of the guest: its binding says how it meets the pod's network of the same name. */
export const Interface = object({
  acpiIndex: optional(
    int32({
      description: "The number of the interface in ACPI, 1 to 16383: systemd calls it `eno<index>`.",
    }),
  ),
  binding: optional(
    having(PluginBinding, {
      description: "A binding plugin.",
      ...notYet("network binding plugins are yet to come; use masquerade or bridge"),
    }),
  ),
  bootOrder: optional(int32({ description: "From 1; boot from the network, before or after disks." })),
  bridge: optional(
    marker({ description: "The guest takes over the pod's own address and MAC, as if it were the pod." }),
  ),
  dhcpOptions: optional(having(DHCPOptions, { description: "Further DHCP options for the guest." })),
  macAddress: optional(
    string({ description: "MAC of the guest's interface, e.g. `de:ad:00:00:be:af`; kept if unset." }),
  ),
  macvtap: optional(
    marker({ description: "The guest stands on the wire of the pod's interface, under its MAC. Removed upstream." }),
  ),
  masquerade: optional(marker({ description: "The guest has an address of its own behind the pod's, by NAT." })),
  model: optional(string({ description: "virtio (the default), e1000, e1000e, igb, ne2k_pci, pcnet or rtl8139." })),
  name: string({ description: "The network of the same name in spec.networks." }),
  passt: optional(marker({ description: "The same as passtBinding, in its old form. Removed upstream." })),
  passtBinding: optional(
    marker({ description: "Sockets of the pod speak for the guest, which is told the pod's own address." }),
  ),
  pciAddress: optional(string({ description: "Where the interface sits in the guest, e.g. `0000:0a:00.0`." })),
  portRanges: optional(
    listAtomic(PortRange, { description: "Ranges of ports that reach the guest, as `ports` does single ones." }),
  ),
  ports: optional(
    array(Port, {
      description: "Ports that reach the guest behind masquerade and passt; if unset, all, of passt the usual ones.",
    }),
  ),
  slirp: optional(marker({ description: "Removed upstream; refused." })),
  sriov: optional(
    marker({
      description: "Pass a virtual function of a network card through.",
      ...notYet("network cards cannot be passed through yet; use masquerade or bridge"),
    }),
  ),
  state: optional(
    string({
      description: "up (the default), down (no carrier) or absent (to be unplugged).",
      ...notYet("interfaces cannot be unplugged from a running guest yet", ["up", "down"]),
    }),
  ),
  tag: optional(string({ description: "Published in the metadata of a cloudInitConfigDrive volume." })),
});
export interface Interface extends Infer<typeof Interface> {}
