/**
 * A network of the distribution's plugins alone: a bridge of the machine, which is its gateway, and addresses by host-local.
 *
 * @param subnets  of either family
 * @param routes  destinations that pods reach by the bridge; none: they have no default route from it
 * @param mtu  of pods on it; undefined: the kernel's
 * @returns a NetworkAttachmentDefinition as text for `kubectl apply`
 */
export function bridgedNetwork(
  name: string,
  bridge: string,
  subnets: readonly string[],
  routes: readonly string[],
  mtu?: number,
): string {
  const ipam = {
    type: "host-local",
    dataDir: `/run/peapod-test-${name}`,
    ranges: subnets.map((subnet) => [{ subnet }]),
    routes: routes.map((dst) => ({ dst })),
  };
  return networkAttachment(name, { type: "bridge", bridge, isGateway: true, mtu, ipam });
}

/**
 * The network "lan": on the underlay behind ens192, with addresses by host-local.
 *
 * @param routes  destinations that pods reach by it
 */
export function macvlanNetwork(routes: readonly string[] = []): string {
  return networkAttachment("lan", {
    type: "macvlan",
    master: "ens192",
    mode: "bridge",
    ipam: {
      type: "host-local",
      dataDir: "/run/peapod-test-lan",
      routes: routes.map((dst) => ({ dst })),
      ranges: [[{ subnet: "10.7.0.0/24", rangeStart: "10.7.0.50", rangeEnd: "10.7.0.69" }]],
    },
  });
}

/** @returns a NetworkAttachmentDefinition of one plugin, as text for `kubectl apply` */
export function networkAttachment(name: string, plugin: object): string {
  return `${JSON.stringify({
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name, namespace: "default" },
    spec: { config: JSON.stringify({ cniVersion: "1.0.0", name, ...plugin }) },
  })}\n`;
}
