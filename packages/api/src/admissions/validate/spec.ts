import { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { findUnhonoured } from "../../unhonoured.ts";
import type { Installation } from "../installation.ts";
import { validateAccessCredentials } from "./access-credentials.ts";
import { validateBootOrder } from "./boot-order.ts";
import { validateDevices } from "./devices.ts";
import { validateDisks } from "./disks.ts";
import { validateDns } from "./dns.ts";
import { validateMachine } from "./machine.ts";
import { validateHostNames } from "./names.ts";
import { validateNetworks } from "./networks.ts";
import { validatePciPlaces } from "./pci-places.ts";
import { validateProbes } from "./probes.ts";
import { validateGuestLimit, validateResources } from "./resources.ts";
import { validateVolumes } from "./volumes.ts";

/**
 * Everything wrong with the spec of an instance, or of the template of one, once its defaults are filled in: upstream's rules in
 * upstream's words, then the fields that Peapod cannot honour yet.
 *
 * @param written  the spec as its author wrote it: what is not honoured is looked for there, for defaults ask for nothing
 */
export function validateSpec(
  spec: VirtualMachineInstanceSpec,
  written: VirtualMachineInstanceSpec,
  path: string,
  installation: Installation,
): Problem[] {
  const problems = [
    ...validateHostNames(spec, path),
    ...validateResources(spec, path),
    ...validateGuestLimit(spec, path, installation),
    ...validateMachine(spec, path, installation),
    ...validateNetworks(spec, path, installation),
    ...validateBootOrder(spec, path),
    ...validateProbes(spec, path),
    ...validateDisks(spec, path),
    ...validatePciPlaces(spec, path),
    ...validateVolumes(spec, path, installation),
    ...validateDevices(spec, path),
    ...validateAccessCredentials(spec, path),
    ...validateDns(spec, path),
  ];
  const said = new Set(problems.map((problem) => problem.path));
  const unhonoured = findUnhonoured(VirtualMachineInstanceSpec, written, path);
  return [...problems, ...unhonoured.filter((problem) => !said.has(problem.path))];
}
