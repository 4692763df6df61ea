import type { Problem } from "../problem.ts";
import { parseAddressWishes } from "./addresses.ts";
import { AnnotationError, type Annotations } from "./annotation-error.ts";
import { parsePodNetworks } from "./pod-networks.ts";
import { parseNamespacePools, parsePoolChoice } from "./pools.ts";
import { parseRoutes } from "./routes.ts";
import { refuseSubnets } from "./subnets.ts";

const podRules: readonly ((annotations: Annotations) => unknown)[] = [
  refuseSubnets,
  parsePoolChoice,
  parseRoutes,
  parseAddressWishes,
  (annotations) => parsePodNetworks(annotations, "any"),
];

/**
 * What cannot be read of the annotations by which a pod, or a machine's template, chooses networks and addresses.
 *
 * @param path  of the annotations: `spec.template.metadata.annotations`
 */
export function findNetworkAnnotationProblems(annotations: Annotations, path: string): readonly Problem[] {
  return podRules.flatMap((rule) => problemsOf(() => rule(annotations), path));
}

/** The same of the annotations by which a namespace names its pools. */
export function findNamespaceAnnotationProblems(annotations: Annotations, path: string): readonly Problem[] {
  return problemsOf(() => parseNamespacePools(annotations), path);
}

function problemsOf(read: () => unknown, path: string): readonly Problem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof AnnotationError)) throw error;
    return [{ path: `${path}[${error.annotation}]`, message: error.message, reason: "FieldValueInvalid" }];
  }
}
