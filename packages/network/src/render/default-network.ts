/** The network that pods have where nothing else is asked for; users name it in `v1.multus-cni.io/default-network`. */
export const defaultNetwork = { namespace: "kube-system", name: "k8s-pod-network" } as const;

/** The pool of a node's own pod range. */
export const podPoolName = "k8s-pod-network";

/**
 * The default network as an object of the API. It is the same on every node: the bridge's name, its MTU and the range are the
 * node's own and filled in there.
 */
export function renderDefaultNetwork() {
  const config = {
    cniVersion: "1.0.0",
    name: defaultNetwork.name,
    // hairpin: a pod that reaches itself through a service comes back on the port it left by.
    plugins: [{ type: "bridge", isGateway: true, hairpinMode: true, ipam: { type: "spiderpool" } }],
  };
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { ...defaultNetwork },
    spec: { config: JSON.stringify(config, undefined, 2) },
  } as const;
}
