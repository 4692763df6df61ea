import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { formatIp, hostRange, parseCidr } from "@peapod/api";
import type { Log } from "@peapod/machinery";
import { installPlugins } from "../agent-socket/plugin-script.ts";
import { type SocketHandler, serveAgentSocket } from "../agent-socket/server.ts";
import { makesIpv6Router } from "../cni/ipv6-gateway.ts";
import type { OwnPlugin } from "../cni/own-plugin.ts";
import type { CniRuntime } from "../cni/types.ts";
import { answerIpamCall, type IpamCallContext } from "../ipam/cni-call.ts";
import { createConflictMemory } from "../ipam/conflict-memory.ts";
import { type Ipam, openIpam } from "../ipam/ipam.ts";
import { openSqliteJournal } from "../ipam/journal.ts";
import { applyBatch } from "../link/namespace.ts";
import { type CoordinatorDeps, createCoordinatorPlugin } from "../plugins/coordinator/index.ts";
import { createIfacerPlugin } from "../plugins/ifacer/index.ts";
import { createOvsPlugin } from "../plugins/ovs/index.ts";
import type { NodeNetworkDefaults } from "../render/cni-config.ts";
import { podPoolName } from "../render/default-network.ts";
import { hostNames } from "../render/host-names.ts";
import { renderHostNft } from "../render/host-nft.ts";
import { findConflict, isGatewayReachable } from "../wire/probes.ts";
import { podNetwork } from "./claim/plan.ts";
import { joinMachine } from "./claim.ts";
import { ensureForwardRules } from "./forward-rules.ts";
import { ensureIpv6Forwarding } from "./ipv6-forwarding.ts";
import { observeMachine, type ResolverConfig, readResolvers } from "./machine.ts";

/** This node's side of pod networks, ready for pods. Closing it leaves all that pods use in place. */
export interface NodeNetwork extends AsyncDisposable {
  readonly instance: string;
  /** `10.244.0.0/24`: where pods of the default network live */
  readonly podSubnet: string;
  /** The machine's own address in it, which is the pods' gateway. */
  readonly gateway: string;
  /** The n-th guest runs as user `firstUid + n`. */
  readonly firstUid: number;
  readonly ipam: Ipam;
  readonly cni: CniRuntime;
  /** What NADs of this node leave open. */
  readonly defaults: NodeNetworkDefaults;
  readonly resolvers: ResolverConfig;
}

export interface NodeNetworkOptions {
  readonly instance: string;
  readonly dataDir: string;
  /** `D/ipam` and `D/cni` */
  readonly ipamDir: string;
  readonly cniDir: string;
  /** `/run/peapod/<instance>/agent.sock` */
  readonly agentSocket: string;
  /** `/run/peapod/machine.json` */
  readonly registryPath: string;
  readonly identify: IpamCallContext["identify"];
  /** Tells people what became of an address. */
  readonly report?: IpamCallContext["report"];
  readonly findPool?: IpamCallContext["findPool"];
  readonly poolsElsewhere?: IpamCallContext["poolsElsewhere"];
  /** What our plugins ask the API; absent: their chain's configuration counts alone. */
  readonly cluster?: Pick<CoordinatorDeps, "findCoordinator" | "annotationsOf"> | undefined;
  /** Answers requests on the agent's socket that are not about addresses. */
  readonly otherwise?: SocketHandler;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Where plugins of the distribution are. */
  readonly pluginPath?: readonly string[];
}

const distributionPlugins = ["/usr/lib/cni", "/opt/cni/bin"];
/** A plugin that takes longer hangs; even a machine that is busy booting guests runs one in a second. */
const pluginTimeoutMs = 30_000;

/**
 * Opens the allocator, takes this instance's place on the machine, translates pods' addresses towards the outside and answers the
 * IPAM plugin. May be done again at every start of the agent; running pods do not notice.
 */
export async function openNodeNetwork(options: NodeNetworkOptions): Promise<NodeNetwork> {
  const { instance, dataDir, ipamDir, cniDir, agentSocket, registryPath, identify, otherwise, log, signal } = options;
  await using undo = new AsyncDisposableStack();
  await mkdir(ipamDir, { recursive: true, mode: 0o700 });
  const ipam = undo.use(openIpam(openSqliteJournal(join(ipamDir, "ipam.db"))));
  const machine = await observeMachine(signal);
  const kept = ipam.pool(podPoolName)?.pool.definition.subnet;
  const claim = joinMachine({ registryPath, instance, dataDir, machine, kept });
  if (kept !== undefined && kept !== claim.podSubnet) {
    log.warn("pod range moved, because something else on this machine uses it", { from: kept, to: claim.podSubnet });
  }
  const gateway = formatIp({ family: 4, value: hostRange(parseCidr(claim.podSubnet)).first });
  if (kept !== claim.podSubnet) await ipam.putPool({ name: podPoolName, subnet: claim.podSubnet, gateway });
  const { bridge, nftTable } = hostNames(instance);
  const nft = renderHostNft({ table: nftTable, bridge, podSubnet: claim.podSubnet, podNetwork });
  await applyBatch(undefined, { nft }, signal);
  await ensureForwardRules(bridge, signal);
  const pluginDir = join(cniDir, "bin");
  const own = new Map<string, OwnPlugin>();
  const cni: CniRuntime = {
    // Ours first: what carries our plugins' names elsewhere speaks to another agent.
    pluginPath: [pluginDir, ...(options.pluginPath ?? distributionPlugins)],
    own,
    resultsDir: join(cniDir, "results"),
    timeoutMs: pluginTimeoutMs,
    // Plugins would switch it on by themselves, and take the machine's own routes with it.
    beforeAdd(network) {
      if (makesIpv6Router(network)) ensureIpv6Forwarding(registryPath);
    },
  };
  const ipamContext: IpamCallContext = {
    ipam,
    identify,
    defaultPools: [[podPoolName]],
    podBridge: bridge,
    probes: { findConflict, isGatewayReachable, conflicts: createConflictMemory() },
    report: options.report,
    findPool: options.findPool,
    poolsElsewhere: options.poolsElsewhere,
  };
  own.set("spiderpool", (call, gone) => answerIpamCall(call, ipamContext, gone));
  own.set("coordinator", createCoordinatorPlugin({ instance, registryPath, ...options.cluster }));
  own.set("ifacer", createIfacerPlugin({ instance }));
  own.set("ovs", createOvsPlugin({ instance, runtime: cni }));
  await installPlugins(pluginDir, own.keys(), agentSocket);
  undo.use(await serveAgentSocket(agentSocket, own, { otherwise }));
  const resolvers = await readResolvers();
  const closing = undo.move();
  return {
    instance,
    podSubnet: claim.podSubnet,
    gateway,
    firstUid: claim.firstUid,
    ipam,
    cni,
    defaults: { bridge, mtu: machine.mtu, stateDir: cniDir },
    resolvers,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
