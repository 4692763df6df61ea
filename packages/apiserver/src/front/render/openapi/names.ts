import type { Kind } from "@peapod/api";

/**
 * The name of a kind's definition: `io.k8s.api.core.v1.Pod`, `io.kubevirt.v1.VirtualMachine`. Kubernetes' own kinds are named after
 * the Go package they come from, custom ones after their group read backwards.
 */
export function definitionName(
  { group, kind, builtIn }: Pick<Kind, "group" | "kind" | "builtIn">,
  version: string,
): string {
  const named = builtIn
    ? (goPackages[group] ?? `io.k8s.api.${group.split(".")[0]}`)
    : group.split(".").toReversed().join(".");
  return `${named}.${version}.${kind}`;
}

const goPackages: Readonly<Record<string, string>> = {
  "": "io.k8s.api.core",
  "apiextensions.k8s.io": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
  "apiregistration.k8s.io": "io.k8s.kube-aggregator.pkg.apis.apiregistration",
};

/** `api/v1`, `apis/kubevirt.io/v1`: the last part of a v3 document's path, and the key it has in the index. */
export function documentPath(group: string, version: string): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/** The definitions every document refers to. */
export const metaNames = {
  objectMeta: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
  ownerReference: "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
  managedFieldsEntry: "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
  fieldsV1: "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
  listMeta: "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta",
  status: "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
  deleteOptions: "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
  patch: "io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
} as const;
