import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, type Infer, listAtomic, listMap, optional } from "../../schema.ts";
import { LocalObjectReference, ObjectReference } from "./references.ts";

const serviceAccountSchema = kindObject("An identity for programs.", {
  secrets: optional(
    listMap(["name"], ObjectReference, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 2,
    }),
  ),
  imagePullSecrets: optional(listAtomic(LocalObjectReference, { pb: 3 })),
  automountServiceAccountToken: optional(boolean({ pb: 4 })),
});
export interface ServiceAccount extends Infer<typeof serviceAccountSchema> {}

export const ServiceAccount: Kind<ServiceAccount> = {
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  singular: "serviceaccount",
  shortNames: ["sa"],
  namespaced: true,
  builtIn: true,
  schema: serviceAccountSchema,
};
