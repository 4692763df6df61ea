import type { Namespace } from "@peapod/api";
import type { StoredObject } from "../store/entry.ts";
import { builtInStrategy, type Strategy } from "./strategy.ts";

/** Namespaces that Kubernetes itself needs. */
const immortal = new Set(["default", "kube-system", "kube-public"]);
const nameLabel = "kubernetes.io/metadata.name";

export const namespaceStrategy: Strategy = {
  ...builtInStrategy,
  answersDeletedObject: true,
  prepareCreate: (object) => ({
    ...withNameLabel(object),
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  }),
  prepareUpdate: (object, old, { subresource }) => ({
    ...withNameLabel(object),
    spec: subresource === "finalize" ? object["spec"] : old["spec"],
    status: subresource === "status" ? object["status"] : old["status"],
  }),
  refuseDelete: ({ metadata }) => (immortal.has(metadata.name) ? "this namespace may not be deleted" : undefined),
  holdsDeletion: (object) => specFinalizers(object).length > 0,
  markDeleted: (object) => ({ ...object, status: { ...(object["status"] as object), phase: "Terminating" } }),
};

export function specFinalizers(object: StoredObject): readonly string[] {
  return (object["spec"] as Namespace["spec"])?.finalizers ?? [];
}

function withNameLabel(object: StoredObject): StoredObject {
  const labels = { ...object.metadata.labels, [nameLabel]: object.metadata.name };
  return { ...object, metadata: { ...object.metadata, labels } };
}
