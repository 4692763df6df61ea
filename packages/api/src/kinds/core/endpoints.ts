import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, int32, listAtomic, object, oneOf, optional, string } from "../../schema.ts";
import { ObjectReference } from "./references.ts";

export const EndpointAddress = object(
  {
    ip: string({ pb: 1 }),
    hostname: optional(string({ pb: 3 })),
    nodeName: optional(string({ pb: 4 })),
    targetRef: optional(having(ObjectReference, { pb: 2 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface EndpointAddress extends Infer<typeof EndpointAddress> {}

export const EndpointPort = object(
  {
    name: optional(string({ pb: 1 })),
    port: int32({ pb: 2 }),
    protocol: optional(oneOf(["SCTP", "TCP", "UDP"], { pb: 3 })),
    appProtocol: optional(string({ pb: 4 })),
  },
  { "x-kubernetes-map-type": "atomic" },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointSubset = object({
  addresses: optional(listAtomic(EndpointAddress, { pb: 1 })),
  notReadyAddresses: optional(listAtomic(EndpointAddress, { pb: 2 })),
  ports: optional(listAtomic(EndpointPort, { pb: 3 })),
});
export interface EndpointSubset extends Infer<typeof EndpointSubset> {}

const endpointsSchema = kindObject("The addresses behind a service. EndpointSlice has taken its place.", {
  subsets: optional(listAtomic(EndpointSubset, { pb: 2 })),
});
export interface Endpoints extends Infer<typeof endpointsSchema> {}

export const Endpoints: Kind<Endpoints> = {
  group: "",
  version: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  singular: "endpoints",
  shortNames: ["ep"],
  namespaced: true,
  builtIn: true,
  schema: endpointsSchema,
};
