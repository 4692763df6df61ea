import {
  boolean,
  type Infer,
  int32,
  intOrString,
  listAtomic,
  listMap,
  map,
  object,
  oneOf,
  optional,
  string,
} from "../../schema.ts";

export const ServicePort = object({
  name: optional(string({ pb: 1 })),
  protocol: optional(oneOf(["SCTP", "TCP", "UDP"], { default: "TCP", pb: 2 })),
  appProtocol: optional(string({ pb: 6 })),
  port: int32({ pb: 3 }),
  targetPort: optional(intOrString({ pb: 4 })),
  nodePort: optional(int32({ pb: 5 })),
});
export interface ServicePort extends Infer<typeof ServicePort> {}

export const ServiceSpec = object({
  ports: optional(
    listMap(["port", "protocol"], ServicePort, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "port",
      pb: 1,
    }),
  ),
  selector: optional(map(string(), { "x-kubernetes-map-type": "atomic", pb: 2 })),
  clusterIP: optional(string({ pb: 3 })),
  clusterIPs: optional(listAtomic(string(), { pb: 18 })),
  type: optional(oneOf(["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], { pb: 4 })),
  externalIPs: optional(listAtomic(string(), { pb: 5 })),
  sessionAffinity: optional(oneOf(["ClientIP", "None"], { pb: 7 })),
  loadBalancerIP: optional(string({ pb: 8 })),
  loadBalancerSourceRanges: optional(listAtomic(string(), { pb: 9 })),
  externalName: optional(string({ pb: 10 })),
  externalTrafficPolicy: optional(oneOf(["Cluster", "Local"], { pb: 11 })),
  healthCheckNodePort: optional(int32({ pb: 12 })),
  publishNotReadyAddresses: optional(boolean({ pb: 13 })),
  sessionAffinityConfig: optional(
    object(
      {
        clientIP: optional(
          object(
            {
              timeoutSeconds: optional(int32({ pb: 1 })),
            },
            { pb: 1 },
          ),
        ),
      },
      { pb: 14 },
    ),
  ),
  ipFamilies: optional(listAtomic(oneOf(["IPv4", "IPv6"]), { pb: 19 })),
  ipFamilyPolicy: optional(oneOf(["PreferDualStack", "RequireDualStack", "SingleStack"], { pb: 17 })),
  allocateLoadBalancerNodePorts: optional(boolean({ pb: 20 })),
  loadBalancerClass: optional(string({ pb: 21 })),
  internalTrafficPolicy: optional(oneOf(["Cluster", "Local"], { pb: 22 })),
  trafficDistribution: optional(string({ pb: 23 })),
});
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}
