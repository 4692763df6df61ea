import { PluginError, pluginCodes, type ValidAttachment } from "../../cni/define-plugin.ts";
import type { OvsConfig } from "./config.ts";
import type { Ovsdb, OvsdbOperation } from "./ovsdb.ts";
import {
  mutateBridge,
  type PortIdentity,
  portOwner,
  renderAddPort,
  renderAwaitOpen,
  renderVlan,
} from "./render/port.ts";

/** A port of the switch that a CNI plugin made. */
export interface SwitchPort {
  readonly uuid: unknown;
  readonly name: string;
  readonly externalIds: Readonly<Record<string, string>>;
  /** As columns: `{ vlan_mode, tag, trunks }`. */
  readonly vlan: Readonly<Record<string, unknown>>;
}

export interface SwitchBridge {
  readonly uuid: unknown;
  /** The datapath is a program's and not the kernel's. */
  readonly isUserspace: boolean;
  readonly portUuids: readonly string[];
}

export async function findBridge(db: Ovsdb, name: string, signal: AbortSignal): Promise<SwitchBridge> {
  const [{ rows = [] } = {}] = await db.transact(
    [{ op: "select", table: "Bridge", where: [["name", "==", name]], columns: ["_uuid", "datapath_type", "ports"] }],
    signal,
  );
  const [row] = rows;
  if (!row) throw new PluginError(pluginCodes.notAvailable, `failed to find bridge ${name}`);
  return {
    uuid: row["_uuid"],
    isUserspace: row["datapath_type"] === "netdev",
    portUuids: setOf(row["ports"]).map(uuidText),
  };
}

/** Adds a port, unless it is there as it should be; resolves when the switch has opened it. */
export async function ensurePort(
  db: Ovsdb,
  bridge: SwitchBridge,
  name: string,
  config: OvsConfig,
  identity: PortIdentity,
  signal: AbortSignal,
): Promise<void> {
  const before = (await listPorts(db, signal)).find((port) => port.name === name);
  const isRight = before && bridge.portUuids.includes(uuidText(before.uuid)) && hasVlan(before, config);
  if (before && !isRight) await removePort(db, before, signal);
  if (!isRight) await db.transact(renderAddPort(name, bridge.uuid, config, identity), signal);
  const [, opened] = await db.transact(renderAwaitOpen(name), signal);
  const error = opened?.rows?.[0]?.["error"];
  if (typeof error === "string" && error !== "") throw new Error(`Cannot add port "${name}": ${error}`);
}

export function hasVlan(port: SwitchPort, { vlan }: OvsConfig): boolean {
  const wanted = renderVlan(vlan);
  return ["vlan_mode", "tag", "trunks"].every(
    (column) =>
      JSON.stringify(setOf(port.vlan[column]).toSorted()) === JSON.stringify(setOf(wanted[column]).toSorted()),
  );
}

/** Every port that a CNI plugin of any node program made. */
export async function listPorts(db: Ovsdb, signal: AbortSignal): Promise<readonly SwitchPort[]> {
  const columns = ["_uuid", "name", "external_ids", "vlan_mode", "tag", "trunks"];
  const where = [["external_ids", "includes", ["map", [["owner", portOwner]]]]];
  const [{ rows = [] } = {}] = await db.transact([{ op: "select", table: "Port", where, columns }], signal);
  return rows.map(({ _uuid: uuid, name, external_ids: ids, ...vlan }) => ({
    uuid,
    name: String(name),
    externalIds: mapOf(ids),
    vlan,
  }));
}

export async function removePort(db: Ovsdb, { uuid }: SwitchPort, signal: AbortSignal): Promise<void> {
  const where = [["ports", "includes", ["set", [uuid]]]];
  const [{ rows = [] } = {}] = await db.transact(
    [{ op: "select", table: "Bridge", where, columns: ["_uuid"] }],
    signal,
  );
  // A port that is in no bridge is gone by itself.
  const operations: OvsdbOperation[] = rows.map((row) => mutateBridge(row["_uuid"], "delete", uuid));
  if (operations.length > 0) await db.transact(operations, signal);
}

/** Ports of ours whose link went without them: with its namespace, or by hand. */
export async function removeStalePorts(
  db: Ovsdb,
  instance: string,
  links: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  for (const port of await listPorts(db, signal)) {
    const isOurs = port.externalIds["peapod-instance"] === instance;
    if (isOurs && !links.has(port.name)) await removePort(db, port, signal);
  }
}

/** Ports of one network of ours that belong to no valid attachment. */
export async function removeUnwantedPorts(
  db: Ovsdb,
  { instance, network }: Pick<PortIdentity, "instance" | "network">,
  valid: readonly ValidAttachment[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const port of await listPorts(db, signal)) {
    const {
      "peapod-instance": of,
      "peapod-network": inNetwork,
      "peapod-container": container,
      contIface,
    } = port.externalIds;
    if (of !== instance || inNetwork !== network) continue;
    if (valid.some(({ containerId, ifName }) => containerId === container && ifName === contIface)) continue;
    await removePort(db, port, signal);
    removed.push(port.name);
  }
  return removed;
}

/** OVSDB writes a set of one as the one. */
function setOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) && value[0] === "set" ? (value[1] as unknown[]) : [value]; // RFC 7047 §5.1
}

function mapOf(value: unknown): Readonly<Record<string, string>> {
  return Array.isArray(value) && value[0] === "map" ? Object.fromEntries(value[1] as [string, string][]) : {};
}

function uuidText(value: unknown): string {
  return Array.isArray(value) ? String(value[1]) : String(value);
}
