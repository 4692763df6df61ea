import { readdir } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { formatCidr, parseCidr } from "@peapod/api";
import { ipamSection } from "../../cni/ipam-section.ts";
import type { PodNic } from "./facts.ts";

/** Where this machine's cards are, and what addresses they have. */
export interface MachineLinks {
  /** Names of the links of a PCI device's physical function. */
  readonly physicalFunction: (deviceId: string) => Promise<readonly string[]>;
  /** `10.7.0.11/16` */
  readonly addressesOf: (link: string) => readonly string[];
}

const machineLinks: MachineLinks = {
  physicalFunction: (deviceId) => readdir(`/sys/bus/pci/devices/${deviceId}/physfn/net`).catch(() => []),
  addressesOf: (link) => networkInterfaces()[link]?.flatMap(({ cidr }) => cidr ?? []) ?? [],
};

/**
 * The card beneath an interface, where its network wants pools of that card's subnets only (`match_master_subnet`): what its plugin
 * names as master, or the physical function of the device that it is given.
 *
 * @param plugin  the configuration of the plugin that asks for addresses
 * @param deviceId  what the pod's annotation names; absent: the plugin's own
 */
export async function findMaster(
  plugin: Readonly<Record<string, unknown>>,
  deviceId: string | undefined,
  links: MachineLinks = machineLinks,
): Promise<PodNic["master"]> {
  if (ipamSection(plugin)["match_master_subnet"] !== true) return undefined;
  const { master } = plugin;
  const device = deviceId ?? plugin["deviceID"];
  const isDevice = typeof device === "string" && /^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\.[0-9a-f]+$/i.test(device);
  const [function0] = isDevice ? await links.physicalFunction(device) : [];
  const name = typeof master === "string" ? master : (function0 ?? "");
  return { name, subnets: [...new Set(links.addressesOf(name).map((text) => formatCidr(parseCidr(text))))] };
}
