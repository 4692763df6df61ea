/** Kubernetes' own, which its programs and kubectl look for. */
export const labels = {
  serviceName: "kubernetes.io/service-name",
  managedBy: "endpointslice.kubernetes.io/managed-by",
  endpointsManagedBy: "endpoints.kubernetes.io/managed-by",
  skipMirror: "endpointslice.kubernetes.io/skip-mirror",
  headless: "service.kubernetes.io/headless",
} as const;

/** Who keeps a slice: it was made from pods that a service selects, or from Endpoints that somebody wrote. */
export const managers = {
  pods: "endpointslice-controller.k8s.io",
  endpoints: "endpointslicemirroring-controller.k8s.io",
} as const;
