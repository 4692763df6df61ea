import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { silentLog } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { type NodeNetwork, type NodeNetworkOptions, openNodeNetwork } from "../host/node-network.ts";
import { type AttachedInterface, attachPod, detachPod, type PodPlace } from "../host/pod-attachment.ts";
import { removeNodeNetwork } from "../host/remove.ts";
import { addPodNamespace } from "../link/pod-namespace.ts";
import { planPodNetworks } from "../pod-networks/plan.ts";
import type { NetworkAttachment } from "../render/cni-config.ts";
import { renderDefaultNetwork } from "../render/default-network.ts";
import { podNamespaceName } from "../render/host-names.ts";

/** A node's network with real plugins, for tests inside namespaces of their own. */
export interface TestNode extends AsyncDisposable {
  readonly network: NodeNetwork;
  readonly instance: string;
  readonly runDir: string;
  readonly registryPath: string;
  /** Makes a namespace and attaches it to its networks. */
  readonly addPod: (name: string, options?: TestPodOptions) => Promise<TestPod>;
}

export interface TestPodOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly macs?: PodPlace["macs"];
}

export interface TestPod {
  readonly place: PodPlace;
  /** Name of its namespace. */
  readonly netns: string;
  readonly runDir: string;
  readonly interfaces: readonly AttachedInterface[];
  /** Runs a program in the pod's namespace and gives what it printed. */
  readonly run: (...argv: readonly string[]) => Promise<string>;
  readonly remove: () => Promise<void>;
}

export interface TestNodeOptions {
  readonly folder: string;
  readonly instance?: string;
  readonly nads?: readonly NetworkAttachment[];
  readonly cluster?: NodeNetworkOptions["cluster"];
}

export async function openTestNode(options: TestNodeOptions): Promise<TestNode> {
  const { folder, instance = "abc123", nads = [], cluster } = options;
  const runDir = `/run/peapod/${instance}`;
  const registryPath = "/run/peapod/machine.json";
  const dataDir = join(folder, instance);
  await mkdir(runDir, { recursive: true });
  const network = await openNodeNetwork({
    instance,
    dataDir,
    ipamDir: join(dataDir, "ipam"),
    cniDir: join(dataDir, "cni"),
    agentSocket: join(runDir, "agent.sock"),
    registryPath,
    identify: async ({ namespace, name, uid }) => ({
      owner: { namespace, name },
      holder: { podUid: uid, podName: name, node: "n1" },
      isKept: false,
    }),
    cluster,
    log: silentLog,
  });
  const known = [renderDefaultNetwork(), ...nads];
  let count = 0;
  const addPod: TestNode["addPod"] = async (name, { annotations = {}, uid = `uid-${name}`, macs } = {}) => {
    count += 1;
    const netns = podNamespaceName(instance, count);
    const place = { namespace: "default", name, uid, netnsPath: `/run/netns/${netns}`, number: count, macs };
    await addPodNamespace(netns);
    const interfaces = await attachPod(network, place, planPodNetworks({ namespace: "default", annotations }), (key) =>
      known.find(({ metadata }) => metadata.namespace === key.namespace && metadata.name === key.name),
    );
    const podRunDir = join(runDir, String(count));
    await mkdir(podRunDir, { recursive: true });
    return {
      place,
      netns,
      runDir: podRunDir,
      interfaces,
      run: async (...argv) => (await run(["ip", "netns", "exec", netns, ...argv], { timeoutMs: 30_000 })).stdout,
      remove: async () => {
        const [failure] = await detachPod(network, uid);
        if (failure) throw failure;
        await run(["ip", "netns", "delete", netns]);
      },
    };
  };
  return {
    network,
    instance,
    runDir,
    registryPath,
    addPod,
    [Symbol.asyncDispose]: async () => {
      await network[Symbol.asyncDispose]();
      await removeNodeNetwork({ instance, registryPath });
    },
  };
}
