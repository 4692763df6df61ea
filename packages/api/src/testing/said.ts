import { withDefaultDiskTargets } from "../admissions/defaults/disks.ts";
import { defaultSpec } from "../admissions/defaults/spec.ts";
import { readInstallation } from "../admissions/installation.ts";
import { validateSpec } from "../admissions/validate/spec.ts";
import { instanceSpec, kubeVirt, virtualMachineInstance } from "./machines.ts";
import { review } from "./review.ts";

/**
 * What admission says of a spec, once its defaults are filled in: `path: sentence`.
 *
 * @param given  what is special about the smallest machine
 * @param configuration  of the KubeVirt object
 */
export function saidOf(
  given: Parameters<typeof instanceSpec>[0],
  configuration: Parameters<typeof kubeVirt>[0] = {},
): readonly string[] {
  const installation = readInstallation(review(virtualMachineInstance(), { known: [kubeVirt(configuration)] }));
  const spec = instanceSpec(given);
  const complete = withDefaultDiskTargets(defaultSpec(spec, installation));
  return validateSpec(complete, spec, "spec", installation).map(({ path, message }) => `${path}: ${message}`);
}
