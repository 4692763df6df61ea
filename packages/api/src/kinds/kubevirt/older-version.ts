import type { Kind } from "../../kind.ts";

/** KubeVirt's first version, which old manifests ask for: the same fields, answered with a warning. */
export const v1alpha3: NonNullable<Kind["alsoServed"]>[number] = {
  version: "v1alpha3",
  deprecated: true,
  deprecationWarning: "kubevirt.io/v1alpha3 is now deprecated and will be removed in a future release.",
};
