import type { DHCPOptions, Interface } from "../../kinds/kubevirt/interface.ts";
import type { Network } from "../../kinds/kubevirt/network.ts";
import type { Problem } from "../../problem.ts";
import { isIpv4 } from "../../structural/formats.ts";
import type { Installation } from "../installation.ts";
import { cause } from "./cause.ts";
import { validateMacAddress } from "./mac-address.ts";
import { isPciAddress } from "./pci-address.ts";
import { validatePortRanges, validatePorts } from "./ports.ts";

export interface InterfaceContext {
  /** The network of the interface's name. */
  readonly network: Network | undefined;
  readonly networks: readonly Network[];
  readonly installation: Installation;
}

const models = ["e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139", "virtio"];
/** ACPI's for one function of a board; libvirt takes as many. */
const lastAcpiIndex = 16_383;

/** Everything about one interface that does not need the others. */
export function validateInterface(nic: Interface, path: string, context: InterfaceContext): Problem[] {
  return [
    ...validateState(nic, `${path}.state`, context),
    ...validateBinding(nic, path, context),
    ...validateGoneBinding(nic, path),
    ...validateHardware(nic, path),
    ...validateMacAddress(nic, path),
    ...(context.network?.pod || nic.passt || nic.passtBinding ? validatePorts(nic.ports ?? [], `${path}.ports`) : []),
    ...validatePortRanges(nic, `${path}.portRanges`),
    ...(nic.dhcpOptions ? validateDhcpOptions(nic.dhcpOptions, `${path}.dhcpOptions`) : []),
  ];
}

function validateState(
  { name, state, bridge, sriov }: Interface,
  path: string,
  { networks }: InterfaceContext,
): Problem[] {
  if (!state) return [];
  if (!["up", "down", "absent"].includes(state)) {
    return [cause(path, `logical ${name} interface state value is unsupported: ${state}`)];
  }
  if (state !== "absent") {
    return sriov ? [cause(path, `"${name}" interface's state "${state}" is not supported for SR-IOV NICs`)] : [];
  }
  const problems: Problem[] = [];
  if (!bridge)
    problems.push(cause(path, `"${name}" interface's state "${state}" is supported only for bridge binding`));
  if (networks.find(({ pod, multus }) => pod || multus?.default)?.name === name) {
    problems.push(cause(path, `"${name}" interface's state "${state}" is not supported on default networks`));
  }
  return problems;
}

function validateBinding(nic: Interface, path: string, { network, installation }: InterfaceContext): Problem[] {
  const { bridge, masquerade, sriov, passt, passtBinding, macvtap, binding } = nic;
  const given = [bridge, masquerade, sriov, passt, passtBinding, macvtap, binding];
  const bindings = given.filter((one) => one !== undefined).length;
  const problems: Problem[] = [];
  if (bindings !== 1) {
    problems.push(cause(path, `logical ${nic.name} interface must have exactly one binding method or binding plugin`));
  }
  if (masquerade && !network?.pod) {
    problems.push(cause(`${path}.name`, "Masquerade interface only implemented with pod network"));
  }
  if (bridge && network?.pod && !installation.bridgeOnPodNetwork) {
    problems.push(cause(`${path}.name`, "Bridge on pod network configuration is not enabled under kubevirt-config"));
  }
  return problems;
}

/** Upstream dropped passt and macvtap with it; people's manifests have them, and here they work. */
function validateGoneBinding({ slirp }: Interface, path: string): Problem[] {
  return slirp ? [cause(`${path}.slirp`, "Slirp interface support has been discontinued since v1.3")] : [];
}

function validateHardware({ name, model, pciAddress, acpiIndex }: Interface, path: string): Problem[] {
  const problems: Problem[] = [];
  if (!/^[A-Za-z0-9-_]+$/.test(name)) {
    const sentence =
      "Network interface name can only contain alphabetical characters, numbers, dashes (-) or underscores (_)";
    problems.push(cause(`${path}.name`, sentence));
  }
  if (model && !models.includes(model)) {
    const sentence = `interface ${path}.name uses model ${model} that is not supported.`;
    problems.push(cause(`${path}.model`, sentence, "FieldValueNotSupported"));
  }
  if (pciAddress && !isPciAddress(pciAddress)) {
    problems.push(cause(`${path}.pciAddress`, `interface ${path}.name has malformed PCI address (${pciAddress}).`));
  }
  if (acpiIndex !== undefined && (acpiIndex < 0 || acpiIndex > lastAcpiIndex)) {
    const sentence = `Cannot give interface "${name}" the ACPI index ${acpiIndex}: it is a number from 1 to ${lastAcpiIndex}`;
    problems.push(cause(`${path}.acpiIndex`, sentence));
  }
  return problems;
}

function validateDhcpOptions({ privateOptions = [], ntpServers = [] }: DHCPOptions, path: string): Problem[] {
  const problems: Problem[] = [];
  if (new Set(privateOptions.map(({ option }) => option)).size < privateOptions.length) {
    const sentence = "Found Duplicates: you have provided duplicate DHCPPrivateOptions";
    problems.push(cause(`${path}.privateOptions`, sentence));
  }
  privateOptions.forEach(({ option }, index) => {
    if (option >= 224 && option <= 254) return;
    const sentence = "provided DHCPPrivateOptions are out of range, must be in range 224 to 254";
    problems.push(cause(`${path}.privateOptions[${index}].option`, sentence));
  });
  ntpServers.forEach((address, index) => {
    if (isIpv4(address)) return;
    problems.push(cause(`${path}.ntpServers[${index}]`, "NTP servers must be a list of valid IPv4 addresses."));
  });
  return problems;
}
