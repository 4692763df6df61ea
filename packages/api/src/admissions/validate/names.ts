import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import { dns1123Label, dns1123Subdomain } from "../../names.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

/** Host name and subdomain become parts of a DNS name. */
export function validateHostNames(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const say = (field: string, rules: string, wrong: readonly string[]) =>
    wrong.length === 0
      ? []
      : [
          cause(
            `${path}.${field}`,
            `${path}.${field} does not conform to the kubernetes ${rules} rules : ${wrong.join(", ")}`,
          ),
        ];
  return [
    ...(spec.hostname ? say("hostname", "DNS_LABEL", dns1123Label(spec.hostname)) : []),
    ...(spec.subdomain ? say("subdomain", "DNS_SUBDOMAIN", dns1123Subdomain(spec.subdomain)) : []),
  ];
}
