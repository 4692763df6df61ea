import { PluginError, type PluginRequest, pluginCodes } from "../../cni/define-plugin.ts";

/** What a network of type `ovs` asks for. */
export interface OvsConfig {
  readonly bridge: string;
  /** Access port of this VLAN (0 included), a trunk of these, or undefined: a trunk of all. */
  readonly vlan: { readonly tag: number } | { readonly trunks: readonly number[] } | undefined;
  readonly mtu: number | undefined;
  readonly mac: string | undefined;
  readonly ofportRequest: number | undefined;
  /** `external_ids:iface-id`, for OVN. */
  readonly interfaceId: string | undefined;
  readonly podUid: string;
  readonly socketPath: string;
}

const defaultSocket = "/var/run/openvswitch/db.sock";

/**
 * Reads the configuration.
 *
 * @param file  contents of `configuration_path`, or of the default file; what the network says goes before it
 * @throws {PluginError}
 */
export function parseOvsConfig(request: PluginRequest, file: Readonly<Record<string, unknown>> = {}): OvsConfig {
  const { args } = request;
  const config = { ...file, ...request.config };
  const cniArgs = record(record(config["args"])["cni"]);
  const runtimeConfig = record(config["runtimeConfig"]);
  const refuse = (because: string): never => {
    throw new PluginError(pluginCodes.invalidConfig, because);
  };
  if (text(config["deviceID"]) !== undefined) {
    return refuse("deviceID asks for a card's virtual function, which this plugin does not hand over");
  }
  const type = text(config["interface_type"]);
  if (type !== undefined && type !== "system") return refuse(`interface_type "${type}" is not made by this plugin`);
  const ovnPort = text(cniArgs["ovnPort"]) ?? args["OvnPort"] ?? text(config["ovnPort"]);
  const bridge = text(config["bridge"]) ?? (ovnPort === undefined ? undefined : "br-int");
  if (bridge === undefined) return refuse("the configuration names no bridge");
  return {
    bridge,
    vlan: parseVlan(config, refuse),
    mtu: numberOf(config["mtu"]) || undefined,
    mac: text(runtimeConfig["mac"]) ?? text(cniArgs["mac"]) ?? args["MAC"],
    ofportRequest: numberOf(config["ofport_request"]) || undefined,
    interfaceId: ovnPort,
    podUid: args["K8S_POD_UID"] ?? request.containerId,
    socketPath: (text(config["socket_file"]) ?? defaultSocket).replace(/^unix:/, ""),
  };
}

/** A list of trunks goes before a tag. */
function parseVlan(config: Record<string, unknown>, refuse: (because: string) => never): OvsConfig["vlan"] {
  const trunk = Array.isArray(config["trunk"]) ? config["trunk"].map(record) : [];
  if (trunk.length === 0) {
    const tag = numberOf(config["vlan"]);
    if (tag !== undefined && !isVlan(tag)) return refuse(`vlan ${tag} is not in [0,4094]`);
    return tag === undefined ? undefined : { tag };
  }
  const ids = new Set<number>();
  for (const { id, minID, maxID } of trunk) {
    if (id !== undefined) ids.add(isVlan(id) ? id : refuse("incorrect trunk id parameter"));
    if (minID === undefined && maxID === undefined) continue;
    const first = isVlan(minID) ? minID : refuse("incorrect trunk minID parameter");
    const last = isVlan(maxID) ? maxID : refuse("incorrect trunk maxID parameter");
    if (first > last) return refuse("minID is greater than maxID in trunk parameter");
    for (let vlan = first; vlan <= last; vlan += 1) ids.add(vlan);
  }
  return { trunks: [...ids].sort((a, b) => a - b) };
}

function isVlan(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 4094;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
