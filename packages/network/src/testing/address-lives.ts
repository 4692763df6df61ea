import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SpiderEndpoint, SpiderIPPool, spiderpoolFinalizer, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { silentLog, startControllers } from "@peapod/machinery";
import { createFakeApi, type FakeApi, recordingEvents } from "@peapod/machinery/testing";
import { serveAgentSocket } from "../agent-socket/server.ts";
import { createAddressController } from "../controllers/addresses/index.ts";
import { createEndpointController } from "../controllers/endpoints/index.ts";
import { createIpPoolController } from "../controllers/ip-pools/index.ts";
import { renderPoolDefinition } from "../controllers/ip-pools/render/definition.ts";
import { answerIpamCall, ownerOf, type PodIdentity } from "../ipam/cni-call.ts";
import { type Ipam, openIpam } from "../ipam/ipam.ts";
import { openSqliteJournal } from "../ipam/journal.ts";
import { type Owner, ownerKey } from "../ipam/types.ts";

/** What outlives an agent: the API with two pools, the journal, the pods of the node. */
export interface Node extends Disposable {
  readonly api: FakeApi;
  readonly journalPath: string;
  readonly socketPath: string;
  readonly pods: ReadonlyMap<string, PodLife>;
  /** @param machine  the VM that it belongs to; absent: it is a pod of its own */
  readonly addPod: (name: string, machine?: string) => PodLife;
}

export interface PodLife {
  readonly name: string;
  readonly uid: string;
  readonly isOfMachine: boolean;
  readonly owner: Owner;
  readonly remove: () => void;
}

/** The parts of an agent that have to do with addresses, from the socket to the API. */
export interface AgentLife {
  readonly ipam: Ipam;
  /** Calls the plugin as its script does. @returns what it prints; fails where the plugin does */
  readonly call: (command: "ADD" | "DEL" | "CHECK", pod: PodLife) => Promise<unknown>;
  /** Calls it and hangs up before it answers. */
  readonly giveUp: (command: "ADD", pod: PodLife) => Promise<void>;
  /** Has every owner looked at. */
  readonly lookAtAll: () => void;
  /** How many of those who held addresses are still in memory somewhere. */
  readonly countRetained: () => Promise<number>;
  readonly onceStopped: (run: () => void) => void;
  readonly stop: () => Promise<void>;
}

export function createNode(): Node {
  const api = createFakeApi({ kinds: [SpiderIPPool, SpiderEndpoint, VirtualMachine, VirtualMachineInstance] });
  api.put(SpiderIPPool, pool("lan", "10.7.0.0/16", "10.7.0.2-10.7.255.254", "10.7.0.1"));
  api.put(SpiderIPPool, pool("lan6", "fd00:7::/64", "fd00:7::2-fd00:7::ffff", "fd00:7::1"));
  // Nobody here waits for a disk, where the machine has memory to give instead.
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "network-address-lives-"));
  const pods = new Map<string, PodLife>();
  let made = 0;
  return {
    ...{ api, pods, journalPath: join(folder, "ipam.db"), socketPath: join(folder, "agent.sock") },
    addPod: (name, machine) => {
      made += 1;
      const owner = ownerOf({ owner: { namespace: "default", name: machine ?? name }, isKept: machine !== undefined });
      const isOfMachine = machine !== undefined;
      const pod = { name, uid: `uid-${made}`, isOfMachine, owner, remove: () => void pods.delete(name) };
      pods.set(name, pod);
      return pod;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function startAgent(node: Node): Promise<AgentLife> {
  const { api, pods, journalPath, socketPath: socket } = node;
  const stopping = new AbortController();
  const ipam = openIpam(openSqliteJournal(journalPath));
  const held: WeakRef<object>[] = [];
  const settingsChanged = new Set<() => void>();
  const afterwards: (() => void)[] = [];
  const ownersOfPods = (): readonly Owner[] => [...pods.values()].map(({ owner }) => owner);

  const identify = async ({ name, uid }: { readonly name: string; readonly uid: string }) => {
    const pod = pods.get(name);
    if (!pod) return undefined;
    const holder = { podUid: uid, podName: name, node: "n1" };
    held.push(new WeakRef(holder));
    return { owner: pod.owner, holder, isKept: pod.isOfMachine } satisfies PodIdentity;
  };
  const { done } = startControllers(
    [
      createIpPoolController({ ipam }),
      createEndpointController({ ipam }),
      createAddressController({
        ...{ ipam, log: silentLog, interfacesOf: () => [], present: ownersOfPods },
        isInUse: (owner) => ownersOfPods().some((one) => ownerKey(one) === ownerKey(owner)),
        settings: {
          enableKubevirtStaticIP: () => true,
          onChange: (listener) => {
            settingsChanged.add(listener);
            return { [Symbol.dispose]: () => void settingsChanged.delete(listener) };
          },
        },
      }),
    ],
    { client: api.client, log: silentLog, recorder: recordingEvents(), signal: stopping.signal },
  );
  const findPool = async (name: string) => {
    const found = api.get(SpiderIPPool, { name });
    return found && renderPoolDefinition(found);
  };
  const context = { ipam, identify, findPool, defaultPools: [] };
  const server = await serveAgentSocket(
    socket,
    new Map([["spiderpool", (call, signal) => answerIpamCall(call, context, signal)]]),
  );

  return {
    ipam,
    call: async (command, pod) => {
      const { status, text } = await post(socket, command, pod);
      assert.equal(status, 200, `${command} ${pod.name}: ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
    giveUp: async (command, pod) =>
      await post(socket, command, pod, { hangUp: true }).then(
        () => {},
        () => {},
      ),
    lookAtAll: () => {
      for (const changed of settingsChanged) changed();
    },
    countRetained: async () => {
      setFlagsFromString("--expose-gc");
      const collect: () => void = runInNewContext("gc");
      await turn(); // whom this turn has looked at stays until it ends
      collect();
      return held.filter((one) => one.deref() !== undefined).length;
    },
    onceStopped: (run) => void afterwards.push(run),
    stop: async () => {
      await server[Symbol.asyncDispose]();
      stopping.abort();
      await done;
      ipam[Symbol.dispose]();
      for (const run of afterwards) run();
    },
  };
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** One HTTP request as the plugin's script makes it. Rejects when the connection ends before the answer. */
function post(
  socketPath: string,
  command: string,
  pod: PodLife,
  options: { readonly hangUp?: boolean } = {},
): Promise<Answer> {
  const headers = {
    "cni-command": command,
    "cni-containerid": `sandbox-${pod.uid}`,
    "cni-netns": "/run/netns/none",
    "cni-ifname": "eth0",
    "cni-args": `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${pod.name};K8S_POD_UID=${pod.uid}`,
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, path: "/cni/spiderpool", method: "POST", headers, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode, text }));
        response.on("error", reject);
      },
    );
    asked.on("error", reject);
    asked.end(JSON.stringify(pod.isOfMachine ? dualStack : singleStack), () => {
      if (options.hangUp) asked.destroy();
    });
  });
}

const singleStack = {
  ...{ cniVersion: "1.0.0", name: "lan", type: "bridge" },
  ipam: { type: "spiderpool", default_ipv4_ippool: ["lan"] },
};
const dualStack = { ...singleStack, ipam: { ...singleStack.ipam, default_ipv6_ippool: ["lan6"] } };

function pool(name: string, subnet: string, range: string, gateway: string): SpiderIPPool {
  return {
    ...{ apiVersion: "spiderpool.spidernet.io/v2beta1", kind: "SpiderIPPool" },
    metadata: { name, finalizers: [spiderpoolFinalizer] },
    spec: { subnet, ips: [range], gateway },
  };
}
