import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import {
  boolean,
  having,
  type Infer,
  int32,
  listAtomic,
  listSet,
  map,
  object,
  oneOf,
  optional,
  string,
} from "../../schema.ts";
import { ObjectReference } from "../core/references.ts";

export const Endpoint = object({
  addresses: listSet(string(), { pb: 1 }),
  conditions: optional(
    object(
      {
        ready: optional(boolean({ pb: 1 })),
        serving: optional(boolean({ pb: 2 })),
        terminating: optional(boolean({ pb: 3 })),
      },
      { pb: 2 },
    ),
  ),
  hostname: optional(string({ pb: 3 })),
  targetRef: optional(having(ObjectReference, { pb: 4 })),
  deprecatedTopology: optional(map(string(), { pb: 5 })),
  nodeName: optional(string({ pb: 6 })),
  zone: optional(string({ pb: 7 })),
  hints: optional(
    object(
      {
        forZones: optional(
          listAtomic(
            object({
              name: string({ pb: 1 }),
            }),
            { pb: 1 },
          ),
        ),
        forNodes: optional(
          listAtomic(
            object({
              name: string({ pb: 1 }),
            }),
            { pb: 2 },
          ),
        ),
      },
      { pb: 8 },
    ),
  ),
});
export interface Endpoint extends Infer<typeof Endpoint> {}

export const EndpointSlicePort = object({
  name: optional(string({ pb: 1 })),
  protocol: optional(oneOf(["SCTP", "TCP", "UDP"], { pb: 2 })),
  port: optional(int32({ pb: 3 })),
  appProtocol: optional(string({ pb: 4 })),
});
export interface EndpointSlicePort extends Infer<typeof EndpointSlicePort> {}

const endpointSliceSchema = kindObject("Some of the addresses behind a service.", {
  addressType: string({ pb: 4 }),
  endpoints: optional(listAtomic(Endpoint, { pb: 2 })),
  ports: optional(listAtomic(EndpointSlicePort, { pb: 3 })),
});
export interface EndpointSlice extends Infer<typeof endpointSliceSchema> {}

export const EndpointSlice: Kind<EndpointSlice> = {
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  singular: "endpointslice",
  namespaced: true,
  builtIn: true,
  schema: endpointSliceSchema,
};
