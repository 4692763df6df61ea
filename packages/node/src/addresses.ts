import { SpiderIPPool, VirtualMachineInstance } from "@peapod/api";
import type { AnyController, Client, EventRecorder, Log } from "@peapod/machinery";
import {
  createAddressController,
  createEndpointController,
  createIpamSettingsController,
  createIpPoolController,
  createSettingsStore,
  type Ipam,
  type IpamSettings,
  type NodeNetwork,
  type NodeNetworkOptions,
  renderPoolDefinition,
} from "@peapod/network";
import { claimAllocator } from "./allocator-lease.ts";
import { createCheckHandler } from "./check-addresses.ts";
import { createPodOwners, type PodOwners } from "./pods/pod-owners.ts";
import type { SandboxStore } from "./sandbox/store.ts";

/** What this node's network needs to know of VMs, and who keeps its addresses in step with the API. */
export interface Addresses {
  readonly owners: PodOwners;
  readonly settings: () => IpamSettings;
  readonly forNetwork: Pick<NodeNetworkOptions, "identify" | "report" | "findPool" | "poolsElsewhere" | "otherwise">;
  /** Finds out whether this agent gives out pools' addresses, and who is to keep whose in step. */
  readonly controllers: (network: NodeNetwork) => Promise<readonly AnyController[]>;
}

export function createAddresses(options: {
  readonly sandboxes: SandboxStore;
  readonly nodeName: string;
  readonly instance: string;
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly events: EventRecorder;
  readonly log: Log;
}): Addresses {
  const { sandboxes, nodeName, client, events, log } = options;
  const settings = createSettingsStore();
  const owners = createPodOwners(sandboxes, nodeName, settings.current);
  let opened: Ipam | undefined;
  let elsewhere: string | undefined;
  return {
    owners,
    settings: settings.current,
    forNetwork: {
      identify: owners.identify,
      report: ({ containerId }, { reason, message }) => {
        const sandbox = sandboxes.list().find(({ podUid }) => podUid === containerId);
        if (!sandbox) return;
        const metadata = { namespace: sandbox.podNamespace, name: sandbox.vmiName, uid: sandbox.vmiUid };
        const apiVersion = `${VirtualMachineInstance.group}/${VirtualMachineInstance.version}`;
        events.record(
          { apiVersion, kind: VirtualMachineInstance.kind, metadata },
          { type: "Warning", reason, message },
        );
      },
      findPool: async (name) => {
        const pool = await client.find(SpiderIPPool, { name });
        return pool && renderPoolDefinition(pool);
      },
      poolsElsewhere: () => elsewhere,
      otherwise: createCheckHandler({ client, owners, ipam: () => opened }),
    },
    controllers: async ({ ipam }) => {
      const holder = await claimAllocator(client, options, options.signal);
      elsewhere = holder === nodeName ? undefined : holder;
      if (elsewhere === undefined) opened = ipam;
      return [
        createIpamSettingsController(settings),
        ...(elsewhere === undefined ? [createIpPoolController({ ipam }), createEndpointController({ ipam })] : []),
        createAddressController({
          ipam,
          log,
          isInUse: owners.isInUse,
          interfacesOf: owners.interfacesOf,
          present: owners.present,
          settings: {
            enableKubevirtStaticIP: () => settings.current().enableKubevirtStaticIP,
            onChange: settings.onChange,
          },
        }),
      ];
    },
  };
}
