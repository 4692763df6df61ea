import { AnnotationError, type Annotations } from "./annotation-error.ts";
import { ippoolsAnnotation } from "./pools.ts";

const subnetAnnotations = ["ipam.spidernet.io/subnets", "ipam.spidernet.io/subnet"];

/** Why neither SpiderSubnet objects nor annotations that name them are taken. */
export const noSubnetsSentence = "Peapod does not make pools of subnets by itself yet";

/** @throws {AnnotationError} where addresses are asked for from a SpiderSubnet */
export function refuseSubnets(annotations: Annotations): void {
  const annotation = subnetAnnotations.find((one) => annotations[one] !== undefined);
  if (annotation === undefined) return;
  throw new AnnotationError(
    annotation,
    `Cannot honour annotation "${annotation}": ${noSubnetsSentence}; make a SpiderIPPool and name it in "${ippoolsAnnotation}"`,
  );
}
