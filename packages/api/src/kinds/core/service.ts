import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, int32, listAtomic, listMap, object, oneOf, optional, string } from "../../schema.ts";
import { StandardCondition } from "../meta/standard-condition.ts";
import { ServiceSpec } from "./service-spec.ts";

export const LoadBalancerIngress = object({
  ip: optional(string({ pb: 1 })),
  hostname: optional(string({ pb: 2 })),
  ipMode: optional(oneOf(["Proxy", "VIP"], { pb: 3 })),
  ports: optional(
    listAtomic(
      object({
        port: int32({ pb: 1 }),
        protocol: oneOf(["SCTP", "TCP", "UDP"], { pb: 2 }),
        error: optional(string({ pb: 3 })),
      }),
      { pb: 4 },
    ),
  ),
});
export interface LoadBalancerIngress extends Infer<typeof LoadBalancerIngress> {}

const serviceSchema = kindObject("A name and address for a set of pods.", {
  spec: optional(having(ServiceSpec, { description: "What is wanted.", pb: 2 })),
  status: optional(
    object(
      {
        loadBalancer: optional(
          object(
            {
              ingress: optional(listAtomic(LoadBalancerIngress, { pb: 1 })),
            },
            { pb: 1 },
          ),
        ),
        conditions: optional(
          listMap(["type"], StandardCondition, {
            "x-kubernetes-patch-strategy": "merge",
            "x-kubernetes-patch-merge-key": "type",
            pb: 2,
          }),
        ),
      },
      { pb: 3 },
    ),
  ),
});
export interface Service extends Infer<typeof serviceSchema> {}

export const Service: Kind<Service> = {
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  singular: "service",
  shortNames: ["svc"],
  categories: ["all"],
  namespaced: true,
  subresources: { status: true },
  selectableFields: ["spec.clusterIP", "spec.type"],
  builtIn: true,
  schema: serviceSchema,
};
