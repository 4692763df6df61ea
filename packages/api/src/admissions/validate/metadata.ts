import { findNetworkAnnotationProblems } from "../../annotations/problems.ts";
import type { ObjectMeta } from "../../meta.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

/** Labels that only controllers write. */
const reserved = [
  "kubevirt.io/created-by",
  "kubevirt.io/migrationJobUID",
  "kubevirt.io/nodeName",
  "kubevirt.io/migrationTargetNodeName",
  "kubevirt.io/schedulable",
  "kubevirt.io/install-strategy",
];

/** Annotations that ask for something upstream keeps behind a gate, and Peapod does not have. */
const gated = [
  ["kubevirt.io/ignitiondata", "ExperimentalIgnitionSupport"],
  ["hooks.kubevirt.io/hookSidecars", "sidecar"],
] as const;

/** Switches of upstream's that have no counterpart here. They change no behaviour that a manifest states, so they only get a warning. */
const withoutEffect = [
  "kubevirt.io/keep-launcher-alive-after-failure",
  "kubevirt.io/libvirt-log-filters",
  "kubevirt.io/disablePCIHole64",
  "kubevirt.io/placePCIDevicesOnRootComplex",
  "kubevirt.io/memfd",
  "kubevirt.io/vga-display-efi-x86",
  "kubevirt.io/pause-guest-agent-probes",
];

export function warnAboutAnnotations({ annotations = {} }: ObjectMeta, path: string): readonly string[] {
  return withoutEffect
    .filter((annotation) => annotations[annotation] !== undefined)
    .map((annotation) => `${path}.annotations: "${annotation}" has no effect: Peapod has nothing that it would switch`);
}

export function reservedLabels({ labels = {} }: ObjectMeta): { readonly [label: string]: string } {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => reserved.includes(label)));
}

/** @param isOwn  whether one of our own controllers writes it */
export function validateInstanceMetadata(meta: ObjectMeta, path: string, isOwn: boolean): Problem[] {
  const problems: Problem[] = [];
  if (!isOwn && Object.keys(reservedLabels(meta)).length > 0) {
    const sentence = "creation of the following reserved kubevirt.io/ labels on a VMI object is prohibited";
    problems.push(cause(`${path}.labels`, sentence, "FieldValueNotSupported"));
  }
  for (const [annotation, gate] of gated) {
    if (!meta.annotations?.[annotation]) continue;
    const entry = `${path}.annotations.${annotation}`;
    const sentence = `${gate} feature gate is not enabled in kubevirt-config, invalid entry ${entry}`;
    problems.push(cause(`${path}.annotations`, sentence));
  }
  problems.push(...findNetworkAnnotationProblems(meta.annotations ?? {}, `${path}.annotations`));
  return problems;
}
