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
  name: optional(string({ description: "Its name.", pb: 1 })),
  protocol: optional(oneOf(["SCTP", "TCP", "UDP"], { default: "TCP", description: "TCP, UDP or SCTP.", pb: 2 })),
  appProtocol: optional(string({ description: "What is spoken on it.", pb: 6 })),
  port: int32({ description: "The port of the service.", pb: 3 }),
  targetPort: optional(intOrString({ description: "The port of the pods.", pb: 4 })),
  nodePort: optional(int32({ description: "The port of every node.", pb: 5 })),
});
export interface ServicePort extends Infer<typeof ServicePort> {}

export const ServiceSpec = object({
  ports: optional(
    listMap(["port", "protocol"], ServicePort, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "port",
      description: "Ports it listens on.",
      pb: 1,
    }),
  ),
  selector: optional(
    map(string(), { "x-kubernetes-map-type": "atomic", description: "Labels of the pods behind it.", pb: 2 }),
  ),
  clusterIP: optional(string({ description: "Its address; None for a service that only has names.", pb: 3 })),
  clusterIPs: optional(listAtomic(string(), { description: "Its addresses.", pb: 18 })),
  type: optional(
    oneOf(["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], {
      description: "ClusterIP, NodePort, LoadBalancer or ExternalName.",
      pb: 4,
    }),
  ),
  externalIPs: optional(listAtomic(string(), { description: "Further addresses that lead to it.", pb: 5 })),
  sessionAffinity: optional(
    oneOf(["ClientIP", "None"], { description: "ClientIP keeps a client with one pod.", pb: 7 }),
  ),
  loadBalancerIP: optional(string({ description: "The address to ask a load balancer for.", pb: 8 })),
  loadBalancerSourceRanges: optional(listAtomic(string(), { description: "Who may use the load balancer.", pb: 9 })),
  externalName: optional(string({ description: "The name it stands for.", pb: 10 })),
  externalTrafficPolicy: optional(
    oneOf(["Cluster", "Local"], { description: "Cluster, or Local to keep traffic on the node it came to.", pb: 11 }),
  ),
  healthCheckNodePort: optional(int32({ description: "Where a load balancer asks for health.", pb: 12 })),
  publishNotReadyAddresses: optional(boolean({ description: "Include pods that are not ready.", pb: 13 })),
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
      { description: "How long a client stays with one pod.", pb: 14 },
    ),
  ),
  ipFamilies: optional(listAtomic(oneOf(["IPv4", "IPv6"]), { description: "IPv4, IPv6 or both.", pb: 19 })),
  ipFamilyPolicy: optional(
    oneOf(["PreferDualStack", "RequireDualStack", "SingleStack"], {
      description: "How many families it must have.",
      pb: 17,
    }),
  ),
  allocateLoadBalancerNodePorts: optional(
    boolean({ description: "Whether a load balancer needs ports of nodes.", pb: 20 }),
  ),
  loadBalancerClass: optional(string({ description: "Which load balancer.", pb: 21 })),
  internalTrafficPolicy: optional(
    oneOf(["Cluster", "Local"], { description: "Cluster, or Local for pods of the same node only.", pb: 22 }),
  ),
  trafficDistribution: optional(string({ description: "Which pods to prefer.", pb: 23 })),
});
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}
