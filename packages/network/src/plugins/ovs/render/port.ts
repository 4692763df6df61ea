import type { OvsConfig } from "../config.ts";
import type { OvsdbOperation } from "../ovsdb.ts";

/** By which ports are known as made by a CNI plugin; ovs-cni's own, whose tools look for it. */
export const portOwner = "ovs-cni.network.kubevirt.io";

/** Whose port it is. */
export interface PortIdentity {
  readonly instance: string;
  readonly network: string;
  readonly containerId: string;
  readonly ifName: string;
  readonly netns: string;
}

/** How long Open vSwitch may take to open a port; it does so within milliseconds. */
const openTimeoutMs = 10_000;

/** Adds a port to a bridge. */
export function renderAddPort(
  name: string,
  bridgeUuid: unknown,
  config: OvsConfig,
  identity: PortIdentity,
): readonly OvsdbOperation[] {
  const { ofportRequest, interfaceId, mtu } = config;
  return [
    {
      op: "insert",
      table: "Interface",
      "uuid-name": "newInterface",
      row: {
        name,
        ...(ofportRequest !== undefined && { ofport_request: ofportRequest }),
        ...(mtu !== undefined && { mtu_request: mtu }),
        ...(interfaceId !== undefined && { external_ids: map({ "iface-id": interfaceId }) }),
      },
    },
    {
      op: "insert",
      table: "Port",
      "uuid-name": "newPort",
      row: {
        name,
        interfaces: ["named-uuid", "newInterface"],
        ...renderVlan(config.vlan),
        external_ids: map({
          contPodUid: config.podUid,
          contNetns: identity.netns,
          contIface: identity.ifName,
          owner: portOwner,
          "peapod-instance": identity.instance,
          "peapod-network": identity.network,
          "peapod-container": identity.containerId,
        }),
      },
    },
    mutateBridge(bridgeUuid, "insert", ["named-uuid", "newPort"]),
  ];
}

/** Waits until the switch has opened the port, or could not. */
export function renderAwaitOpen(name: string): readonly OvsdbOperation[] {
  const where = [["name", "==", name]];
  return [
    {
      op: "wait",
      table: "Interface",
      where,
      columns: ["ofport"],
      until: "!=",
      rows: [{ ofport: ["set", []] }],
      timeout: openTimeoutMs,
    },
    { op: "select", table: "Interface", where, columns: ["ofport", "error"] },
  ];
}

export function mutateBridge(bridgeUuid: unknown, mutator: "insert" | "delete", port: unknown): OvsdbOperation {
  const mutations = [["ports", mutator, ["set", [port]]]];
  return { op: "mutate", table: "Bridge", where: [["_uuid", "==", bridgeUuid]], mutations };
}

export function renderVlan(vlan: OvsConfig["vlan"]): Readonly<Record<string, unknown>> {
  if (vlan === undefined) return { vlan_mode: "trunk" };
  if ("tag" in vlan) return { vlan_mode: "access", tag: vlan.tag };
  return { vlan_mode: "trunk", trunks: ["set", vlan.trunks] };
}

/** OVSDB's notation. */
function map(values: Readonly<Record<string, string>>): unknown {
  return ["map", Object.entries(values)];
}
