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
  const config = { cniVersion: "1.0.0", name, type: "bridge", bridge, isGateway: true, mtu, ipam };
  return `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: ${name}, namespace: default }
spec: { config: '${JSON.stringify(config)}' }
`;
}
