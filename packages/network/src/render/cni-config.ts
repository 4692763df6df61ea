import { InvalidSpecError } from "@peapod/machinery";
import { ipamSection } from "../cni/ipam-section.ts";
import { spokenVersions } from "../cni/spoken-versions.ts";
import type { CniNetwork, CniPlugin } from "../cni/types.ts";

/** The part of a NetworkAttachmentDefinition that is read. */
export interface NetworkAttachment {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string | undefined };
  readonly spec?: { readonly config?: string | undefined } | undefined;
}

/** What this node adds where a NAD leaves it open. */
export interface NodeNetworkDefaults {
  /** For `bridge` plugins that name none: our pod bridge. Their own default, `cni0`, may be somebody else's. */
  readonly bridge: string;
  readonly mtu: number;
  /** Folder for what plugins keep; theirs are under /var/lib/cni, which is not ours. */
  readonly stateDir: string;
}

/**
 * NetworkAttachmentDefinition → the network to call. Its text is a plugin list (`plugins`) or one plugin (`type`).
 *
 * @throws {InvalidSpecError} saying what is wrong with `spec.config`
 */
export function renderCniConfig(nad: NetworkAttachment, defaults: NodeNetworkDefaults): CniNetwork {
  const key = `${nad.metadata.namespace}/${nad.metadata.name}`;
  const fail = (because: string, advice: string): never => {
    throw new InvalidSpecError(`Cannot use network-attachment-definition "${key}": ${because}`, {
      path: "spec.config",
      advice,
    });
  };
  const text = nad.spec?.config ?? "";
  if (text.trim() === "") {
    return fail("its config is empty", "Write the CNI configuration into spec.config; files in /etc/cni are not read");
  }
  const config = parseObject(text) ?? fail("its config is not a JSON object", "Write a CNI configuration as JSON");
  const version = config["cniVersion"] ?? "0.3.1";
  const offered = Array.isArray(config["cniVersions"]) ? [version, ...config["cniVersions"]] : [version];
  const cniVersion =
    spokenVersions.findLast((known) => offered.includes(known)) ??
    fail(`its cniVersion is ${JSON.stringify(version)}`, `Use one of ${spokenVersions.join(", ")}`);
  const name = config["name"] ?? nad.metadata.name;
  if (typeof name !== "string" || !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    return fail(`its network name is ${JSON.stringify(name)}`, "Use letters, digits, dots, dashes and underscores");
  }
  const plugins = Array.isArray(config["plugins"]) ? config["plugins"] : [withoutListKeys(config)];
  if (plugins.length === 0) return fail("it has no plugins", "List at least one plugin");
  return {
    name,
    cniVersion,
    ...(offered.length > 1 && { offeredVersions: offered.map(String) }),
    plugins: plugins.map((plugin: unknown) =>
      isPlugin(plugin)
        ? localise(plugin, defaults)
        : fail("one of its plugins has no type", "Give every plugin a type: the file name of a CNI plugin"),
    ),
    disableCheck: isTrue(config["disableCheck"]),
    ...(isTrue(config["disableGC"]) && { disableGC: true }),
  };
}

/** Fills in what belongs to this node, and keeps plugins' own state in our folder. */
function localise(plugin: CniPlugin, { bridge, mtu, stateDir }: NodeNetworkDefaults): CniPlugin {
  const ipam = ipamSection(plugin);
  return {
    ...plugin,
    ...(plugin.type === "bridge" && plugin["bridge"] === undefined && { bridge, mtu: plugin["mtu"] ?? mtu }),
    ...(plugin.type === "tuning" && { dataDir: plugin["dataDir"] ?? `${stateDir}/tuning` }),
    ...(ipam["type"] === "host-local" && {
      ipam: { ...ipam, dataDir: ipam["dataDir"] ?? `${stateDir}/host-local` },
    }),
  };
}

/** Some write it as text. */
function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

function withoutListKeys(config: Record<string, unknown>): Record<string, unknown> {
  const { cniVersion: _, cniVersions: __, name: ___, ...plugin } = config;
  return plugin;
}

function isPlugin(value: unknown): value is CniPlugin {
  return isRecord(value) && typeof value["type"] === "string" && /^[^/]+$/.test(value["type"]);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
