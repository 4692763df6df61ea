import type { Interface } from "../../kinds/kubevirt/interface.ts";
import type { Network } from "../../kinds/kubevirt/network.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { isCidr, isIpv4 } from "../../structural/formats.ts";
import type { Installation } from "../installation.ts";
import { cause } from "./cause.ts";
import { validateInterface } from "./interface.ts";
import { validateMacsApart } from "./mac-address.ts";
import { takenTwice } from "./taken-twice.ts";

/** Networks and interfaces: each network one source, each interface one network of its name, at most one of them the default. */
export function validateNetworks(
  spec: VirtualMachineInstanceSpec,
  path: string,
  installation: Installation,
): Problem[] {
  const { networks = [] } = spec;
  const { interfaces = [] } = spec.domain.devices;
  const nicPath = `${path}.domain.devices.interfaces`;
  const networkByName = new Map(networks.map((network) => [network.name, network]));
  const nicNames = new Set(interfaces.map(({ name }) => name));
  return [
    ...validateDefaults(networks, `${path}.networks`, nicPath),
    ...networks.flatMap((network, index) => validateSource(network, `${path}.networks[${index}]`)),
    ...repeated(networks).map((index) =>
      cause(
        `${path}.networks[${index}].name`,
        `Network with name "${networks[index]?.name}" already exists, every network must have a unique name`,
        "FieldValueDuplicate",
      ),
    ),
    ...networks.flatMap(({ name }, index) =>
      nicNames.has(name) ? [] : [notFound(`${path}.networks[${index}].name`, name, "FieldValueRequired")],
    ),
    ...repeated(interfaces).map((index) =>
      cause(
        `${nicPath}[${index}].name`,
        "Only one interface can be connected to one specific network",
        "FieldValueDuplicate",
      ),
    ),
    ...interfaces.flatMap(({ name }, index) =>
      networkByName.has(name) ? [] : [notFound(`${nicPath}[${index}].name`, name, "FieldValueInvalid")],
    ),
    ...interfaces.flatMap((nic, index) =>
      validateInterface(nic, `${nicPath}[${index}]`, { network: networkByName.get(nic.name), networks, installation }),
    ),
    ...validateMacsApart(interfaces, nicPath),
    ...validateAcpiIndexes(interfaces, nicPath),
  ];
}

function validateDefaults(networks: readonly Network[], path: string, nicPath: string): Problem[] {
  const pods = networks.filter(({ pod }) => pod !== undefined).length;
  const multusDefaults = networks.filter(({ multus }) => multus?.default).length;
  const problems: Problem[] = [];
  if (pods > 1) {
    const sentence = `more than one interface is connected to a pod network in ${nicPath}`;
    problems.push(cause(nicPath, sentence, "FieldValueDuplicate"));
  }
  if (multusDefaults > 1) problems.push(cause(path, "Multus CNI should only have one default network"));
  if (pods > 0 && multusDefaults > 0) {
    problems.push(cause(path, "Pod network cannot be defined when Multus default network is defined"));
  }
  return problems;
}

function validateSource({ pod, multus, resourceClaim }: Network, path: string): Problem[] {
  const sources = [pod, multus, resourceClaim].filter((source) => source !== undefined).length;
  const problems: Problem[] = [];
  if (sources === 0) problems.push(cause(path, "should have a network type", "FieldValueRequired"));
  if (sources > 1) problems.push(cause(path, "should have only one network type", "FieldValueRequired"));
  const range6 = pod?.vmIPv6NetworkCIDR;
  if (range6 && !isGuestRange6(range6)) {
    const sentence = `Cannot use "${range6}" as the guest's network: write an IPv6 network of at least four addresses, such as fd10:0:2::/120`;
    problems.push(cause(`${path}.pod.vmIPv6NetworkCIDR`, sentence));
  }
  const range = pod?.vmNetworkCIDR;
  if (range && !isGuestRange(range)) {
    const sentence = `Cannot use "${range}" as the guest's network: write an IPv4 network of at least four addresses, such as 10.0.2.0/24`;
    problems.push(cause(`${path}.pod.vmNetworkCIDR`, sentence));
  }
  if (multus && multus.networkName === "") {
    problems.push(cause(path, "CNI delegating plugin must have a networkName", "FieldValueRequired"));
  }
  return problems;
}

/** It holds a gateway and a guest beside its first and last address. */
function isGuestRange(range: string): boolean {
  const [address = "", prefix = ""] = range.split("/");
  return isCidr(range) && isIpv4(address) && Number(prefix) <= 30;
}

function isGuestRange6(range: string): boolean {
  const [address = "", prefix = ""] = range.split("/");
  return isCidr(range) && address.includes(":") && Number(prefix) <= 126;
}

/** Firmware names one device by each. */
function validateAcpiIndexes(interfaces: readonly Interface[], path: string): Problem[] {
  return takenTwice(interfaces, ({ acpiIndex }) => acpiIndex || undefined).map(({ item, owner, index }) => {
    const sentence = `Cannot give interface "${item.name}" the ACPI index ${item.acpiIndex}: interface "${owner.name}" has it`;
    return cause(`${path}[${index}].acpiIndex`, sentence, "FieldValueDuplicate");
  });
}

/** Positions of the second and further ones of a name. */
function repeated(items: readonly { readonly name: string }[]): readonly number[] {
  return takenTwice(items, ({ name }) => name).map(({ index }) => index);
}

function notFound(path: string, name: string, reason: Problem["reason"]): Problem {
  return cause(path, `${path} '${name}' not found.`, reason);
}
