import { Lease, Node } from "@peapod/api";
import { type Client, isAlreadyExists, isConflict } from "@peapod/machinery";

/** Says which agent gives out addresses of SpiderIPPools: each has an allocator of its own, and two would give one address twice. */
const key = { namespace: "kube-system", name: "peapod-allocator" } as const;

/**
 * Takes the allocator's role for this agent, unless another one has it whose node is still there. An agent is the one it was before when
 * it has the same node name or the same data folder.
 *
 * @returns the name of the node that has it
 */
export async function claimAllocator(
  client: Client,
  self: { readonly nodeName: string; readonly instance: string },
  signal: AbortSignal,
): Promise<string> {
  const holderIdentity = `${self.nodeName}_${self.instance}`;
  for (;;) {
    const lease = await client.find(Lease, key, { signal });
    const [nodeName = "", instance = ""] = (lease?.spec?.holderIdentity ?? "").split("_");
    if (lease && nodeName === self.nodeName && instance === self.instance) return nodeName;
    const isOwn = nodeName === self.nodeName || instance === self.instance;
    if (lease && !isOwn && nodeName !== "" && (await client.find(Node, { name: nodeName }, { signal })))
      return nodeName;
    const next = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: key, spec: { holderIdentity } };
    try {
      if (lease) await client.update(Lease, { ...lease, spec: { ...lease.spec, holderIdentity } }, { signal });
      else await client.create(Lease, next, { signal });
      return self.nodeName;
    } catch (error) {
      if (!isAlreadyExists(error) && !isConflict(error)) throw error; // somebody else was quicker: look again
    }
  }
}
