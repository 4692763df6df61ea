import type { Admission, AdmissionReview } from "../admission.ts";
import { deepEqual } from "../deep-equal.ts";
import { KubeVirt, KubeVirtSpec } from "../kinds/kubevirt/kubevirt.ts";
import type { Problem } from "../problem.ts";
import { findUnhonoured } from "../unhonoured.ts";
import { kubeVirtKey } from "./installation.ts";
import { cause } from "./validate/cause.ts";

type Review = AdmissionReview<KubeVirt>;

/** The one object with the settings of the installation. */
export const kubeVirtCreation: Admission<KubeVirt> = {
  kind: KubeVirt,
  webhookName: "kubevirt-validator.kubevirt.io",
  validate: (review) =>
    review.operation === "CREATE" ? [...validateOnlyOne(review), ...validateSettings(review)] : [],
};

export const kubeVirtUpdate: Admission<KubeVirt> = {
  kind: KubeVirt,
  webhookName: "kubevirt-update-validator.kubevirt.io",
  validate: (review) => (review.operation === "UPDATE" ? validateSettings(review) : []),
};

function validateOnlyOne({ object: { metadata }, find }: Review): Problem[] {
  const isTheOne = metadata.namespace === kubeVirtKey.namespace && metadata.name === kubeVirtKey.name;
  return !isTheOne && find(KubeVirt, kubeVirtKey) ? [cause("metadata.name", "Kubevirt is already created")] : [];
}

function validateSettings({ object: { metadata, spec }, oldObject }: Review): Problem[] {
  if (metadata.deletionTimestamp !== undefined || (oldObject && deepEqual(spec, oldObject.spec))) return [];
  return [...validateFeatureGates(spec), ...validateRollout(spec), ...findUnhonoured(KubeVirtSpec, spec, "spec")];
}

function validateRollout({ configuration }: KubeVirtSpec): Problem[] {
  const { vmRolloutStrategy = "LiveUpdate" } = configuration ?? {};
  if (vmRolloutStrategy === "LiveUpdate" || vmRolloutStrategy === "Stage") return [];
  const path = "spec.configuration.vmRolloutStrategy";
  return [cause(path, `${path} is set with an unrecognized option: ${vmRolloutStrategy}`)];
}

function validateFeatureGates({ configuration }: KubeVirtSpec): Problem[] {
  const { featureGates = [], disabledFeatureGates = [] } = configuration?.developerConfiguration ?? {};
  return featureGates
    .filter((gate) => disabledFeatureGates.includes(gate))
    .map((gate) =>
      cause(
        "spec.configuration.developerConfiguration.featureGates",
        `feature gate "${gate}" exists on both "FeatureGates" and "DisabledFeatureGates"`,
      ),
    );
}
