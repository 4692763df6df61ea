import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import { dns1123Subdomain } from "../../names.ts";
import type { Problem } from "../../problem.ts";
import { isIpv4, isIpv6 } from "../../structural/formats.ts";
import { cause } from "./cause.ts";

const max = { nameservers: 3, searches: 6, searchCharacters: 256 };

/** Where the guest's name servers come from. The policy's own values are the schema's business. */
export function validateDns({ dnsPolicy, dnsConfig }: VirtualMachineInstanceSpec, specPath: string): Problem[] {
  const path = `${specPath}.dnsConfig`;
  if (!dnsConfig) {
    const sentence = "must provide `dnsConfig` when `dnsPolicy` is None";
    return dnsPolicy === "None" ? [cause(path, sentence, "FieldValueRequired")] : [];
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig;
  const problems: Problem[] = [];
  if (dnsPolicy === "None" && nameservers.length === 0) {
    const sentence = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    problems.push(cause(`${path}.nameservers`, sentence, "FieldValueRequired"));
  }
  if (nameservers.length > max.nameservers) {
    const sentence = `must not have more than ${max.nameservers} nameservers: [${nameservers.join(" ")}]`;
    problems.push(cause(`${path}.nameservers`, sentence));
  }
  for (const address of nameservers) {
    if (isIpv4(address) || isIpv6(address)) continue;
    problems.push(cause(`${path}.nameservers`, `must be valid IP address: ${address}`));
  }
  if (searches.length > max.searches) {
    problems.push(cause(`${path}.searches`, `must not have more than ${max.searches} search paths`));
  }
  if (searches.join(" ").length > max.searchCharacters) {
    const sentence = `must not have more than ${max.searchCharacters} characters (including spaces) in the search list`;
    problems.push(cause(`${path}.searches`, sentence));
  }
  for (const search of searches) {
    problems.push(...dns1123Subdomain(search).map((sentence) => cause(`${path}.searches`, sentence)));
  }
  for (const option of options) {
    if (!option.name) problems.push(cause(`${path}.options`, "Option.Name must not be empty"));
  }
  return problems;
}
