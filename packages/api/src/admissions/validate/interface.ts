import type { DHCPOptions, Interface, Port } from "../../kinds/kubevirt/interface.ts";
import type { Network } from "../../kinds/kubevirt/network.ts";
import type { Problem } from "../../problem.ts";
import { isIpv4 } from "../../structural/formats.ts";
import type { Installation } from "../installation.ts";
import { cause } from "./cause.ts";
import { isPciAddress } from "./pci-address.ts";

export interface InterfaceContext {
  /** The network of the interface's name. */
  readonly network: Network | undefined;
  readonly networks: readonly Network[];
  readonly installation: Installation;
}

const models = ["e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139", "virtio"];
/** The in-pod bridge of a masquerade has it. */
const bridgeMac = "02:00:00:00:00:00";

/** Everything about one interface that does not need the others. */
export function validateInterface(nic: Interface, path: string, context: InterfaceContext): Problem[] {
  return [
    ...validateState(nic, `${path}.state`, context),
    ...validateBinding(nic, path, context),
    ...validateGoneBindings(nic, path),
    ...validateHardware(nic, path),
    ...(context.network?.pod ? validatePorts(nic.ports ?? [], `${path}.ports`) : []),
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
  const { bridge, masquerade, sriov, passtBinding, binding } = nic;
  const bindings = [bridge, masquerade, sriov, passtBinding, binding].filter((one) => one !== undefined).length;
  const problems: Problem[] = [];
  if (bindings !== 1) {
    problems.push(cause(path, `logical ${nic.name} interface must have exactly one binding method or binding plugin`));
  }
  if (masquerade && !network?.pod) {
    problems.push(cause(`${path}.name`, "Masquerade interface only implemented with pod network"));
  }
  if (masquerade && nic.macAddress === bridgeMac) {
    const sentence = "The requested MAC address is reserved for the in-pod bridge. Please choose another one.";
    problems.push(cause(`${path}.macAddress`, sentence));
  }
  if (bridge && network?.pod && !installation.bridgeOnPodNetwork) {
    problems.push(cause(`${path}.name`, "Bridge on pod network configuration is not enabled under kubevirt-config"));
  }
  if (passtBinding && !network?.pod) {
    problems.push(cause(`${path}.name`, "PasstBinding interface only implemented with pod network"));
  }
  return problems;
}

function validateGoneBindings(nic: Interface, path: string): Problem[] {
  const gone = [
    ["slirp", "Slirp interface support has been discontinued since v1.3"],
    ["passt", "Passt network binding has been discontinued since v1.3"],
    ["macvtap", "Macvtap network binding has been discontinued since v1.3"],
  ] as const;
  return gone.flatMap(([field, sentence]) => (nic[field] ? [cause(`${path}.${field}`, sentence)] : []));
}

function validateHardware({ name, model, macAddress, pciAddress }: Interface, path: string): Problem[] {
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
  const wrongMac = macAddress ? describeMac(macAddress) : undefined;
  if (wrongMac) problems.push(cause(`${path}.macAddress`, `interface ${path}.name has ${wrongMac}.`));
  if (pciAddress && !isPciAddress(pciAddress)) {
    problems.push(cause(`${path}.pciAddress`, `interface ${path}.name has malformed PCI address (${pciAddress}).`));
  }
  return problems;
}

/** Six, eight or twenty bytes, in pairs of digits or in fours; of which only six fit an Ethernet card. */
function describeMac(mac: string): string | undefined {
  const pairs = /^[0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(\1[0-9a-fA-F]{2})*$/.test(mac);
  const fours = /^[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4})*$/.test(mac);
  const bytes = mac.replace(/[:.-]/g, "").length / 2;
  if (!(pairs || fours) || ![6, 8, 20].includes(bytes)) return `malformed MAC address (${mac})`;
  return bytes > 6 ? `too long MAC address (${mac})` : undefined;
}

function validatePorts(ports: readonly Port[], path: string): Problem[] {
  const seen = new Set<string>();
  return ports.flatMap(({ name, port, protocol }, index) => {
    const at = `${path}[${index}]`;
    const problems: Problem[] = [];
    if (name && seen.has(name)) {
      problems.push(cause(`${at}.name`, `Duplicate name of the port: ${name}`, "FieldValueDuplicate"));
    }
    if (name && !isPortName(name)) problems.push(cause(`${at}.name`, `Invalid name of the port: ${name}`));
    if (name) seen.add(name);
    if (port === 0) problems.push(cause(`${at}.port`, "Port field is mandatory.", "FieldValueRequired"));
    if (port < 0 || port >= 65_536) problems.push(cause(`${at}.port`, "Port field must be in range 0 < x < 65536."));
    if (protocol && protocol !== "TCP" && protocol !== "UDP") {
      problems.push(cause(`${at}.protocol`, "Unknown protocol, only TCP or UDP allowed"));
    }
    return problems;
  });
}

/** An IANA service name. */
function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
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
