import { readFile } from "node:fs/promises";
import { run } from "@peapod/machinery/node";
import {
  definePlugin,
  PluginError,
  type PluginRequest,
  type PluginWork,
  pluginCodes,
} from "../../cni/define-plugin.ts";
import { delegateToIpam } from "../../cni/delegate.ts";
import type { OwnPlugin } from "../../cni/own-plugin.ts";
import { renderAddressing } from "../../cni/render/addressing.ts";
import type { CniResult, CniRuntime } from "../../cni/types.ts";
import { linkNames } from "../../link/link-names.ts";
import { applyBatch, observeLinks } from "../../link/namespace.ts";
import { announce } from "../../wire/probes.ts";
import { pluginLinkName, pluginMac } from "../names.ts";
import { type OvsConfig, parseOvsConfig } from "./config.ts";
import { type Ovsdb, openOvsdb } from "./ovsdb.ts";
import {
  ensurePort,
  findBridge,
  hasVlan,
  listPorts,
  removePort,
  removeStalePorts,
  removeUnwantedPorts,
} from "./switch.ts";

const timeoutMs = 20_000;

export interface OvsPluginDeps {
  readonly instance: string;
  /** Where IPAM plugins are. */
  readonly runtime: CniRuntime;
}

/** Attaches pods to a bridge of Open vSwitch, as access port of a VLAN or as trunk, on the kernel's datapath or a program's. */
export function createOvsPlugin({ instance, runtime }: OvsPluginDeps): OwnPlugin {
  const linkOf = ({ containerId, ifName }: PluginRequest): string => pluginLinkName(instance, "o", containerId, ifName);
  const identityOf = ({ network, containerId, ifName, netns }: PluginRequest) => ({
    instance,
    network,
    containerId,
    ifName,
    netns,
  });

  const work: PluginWork = {
    async add(request, signal) {
      const config = await readConfig(request);
      const link = linkOf(request);
      using db = await openOvsdb(config.socketPath, signal);
      const bridge = await findBridge(db, config.bridge, signal);
      await removeStalePorts(db, instance, await linkNames(), signal);
      const mac = config.mac ?? pluginMac(request.containerId, request.ifName);
      await makePair(request, link, mac, config, signal);
      if (bridge.isUserspace) await completeFrames(request, signal);
      await ensurePort(db, bridge, link, config, identityOf(request), signal);
      const given = await delegateToIpam(request, runtime, signal);
      await takeAddresses(request, given, signal);
      const own = given.ips.map(({ address }) => address.replace(/\/.*$/, ""));
      await announce(request.netns, request.ifName, own, signal);
      return {
        interfaces: [
          { name: link },
          { name: request.ifName, mac, ...(config.mtu && { mtu: config.mtu }), sandbox: request.netns },
        ],
        ips: given.ips.map((ip) => ({ ...ip, interface: 1 })),
        routes: given.routes,
        dns: given.dns,
      };
    },
    async del(request, signal) {
      const link = linkOf(request);
      await allOf([
        () =>
          whileThereIsOne(request, signal, async (db) => {
            for (const port of await listPorts(db, signal)) if (port.name === link) await removePort(db, port, signal);
          }),
        () => removeLink(link, signal),
        () => delegateToIpam(request, runtime, signal),
      ]);
    },
    async check(request, signal) {
      const config = await readConfig(request);
      const link = linkOf(request);
      using db = await openOvsdb(config.socketPath, signal);
      const bridge = await findBridge(db, config.bridge, signal);
      const port = (await listPorts(db, signal)).find(({ name }) => name === link);
      const isPort = port && hasVlan(port, config) && bridge.portUuids.includes(String((port.uuid as string[])[1])); // ["uuid", …]
      if (!isPort) throw missing(`bridge "${config.bridge}" has no port "${link}" as it should be`);
      const links = await observeLinks(request.netns, signal);
      if (!links.some(({ name }) => name === request.ifName))
        throw missing(`there is no interface "${request.ifName}"`);
      await delegateToIpam(request, runtime, signal);
    },
    async gc(request, valid, signal) {
      await whileThereIsOne(request, signal, async (db) => {
        const removed = await removeUnwantedPorts(db, { instance, network: request.network }, valid, signal);
        for (const link of removed) await removeLink(link, signal);
      });
    },
    async status(request, signal) {
      const config = await readConfig(request);
      try {
        using db = await openOvsdb(config.socketPath, signal);
        await findBridge(db, config.bridge, signal);
      } catch (cause) {
        signal.throwIfAborted();
        throw cause instanceof PluginError ? cause : new PluginError(pluginCodes.notAvailable, messageOf(cause));
      }
    },
  };
  return definePlugin(work);
}

async function readConfig(request: PluginRequest): Promise<OvsConfig> {
  const path = request.config["configuration_path"];
  if (typeof path !== "string" || path === "") return parseOvsConfig(request);
  try {
    return parseOvsConfig(request, JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>);
  } catch (cause) {
    if (cause instanceof PluginError) throw cause;
    throw new PluginError(pluginCodes.invalidConfig, `Cannot read configuration_path "${path}"`, { cause });
  }
}

/** A veth pair with one end in the pod. What an earlier attempt left goes first. */
async function makePair(
  { netns, ifName }: PluginRequest,
  link: string,
  mac: string,
  { mtu }: OvsConfig,
  signal: AbortSignal,
): Promise<void> {
  await removeLink(link, signal);
  const size = mtu === undefined ? "" : ` mtu ${mtu}`;
  const make = [
    `link add name ${link}${size} type veth peer name ${ifName} address ${mac}${size} netns ${netns}`,
    `link set dev ${link} up`,
  ];
  await applyBatch(undefined, { make }, signal);
}

/**
 * A switch that is a program reads frames as they are: there is no card behind it that would fill in checksums or cut what is too
 * large. So the pod's end has to, also for frames that a guest sends through it.
 */
async function completeFrames({ netns, ifName }: PluginRequest, signal: AbortSignal): Promise<void> {
  const off = ["tx", "sg", "tso", "gso"].flatMap((feature) => [feature, "off"]);
  await run(["nsenter", `--net=${netns}`, "ethtool", "-K", ifName, ...off], { signal, timeoutMs });
}

async function takeAddresses({ netns, ifName }: PluginRequest, given: CniResult, signal: AbortSignal): Promise<void> {
  const needsV6 = given.ips.some(({ address }) => address.includes(":"));
  const path = `ipv6/conf/${ifName}/disable_ipv6`;
  const settings = needsV6 ? [{ path, value: "0", isOptional: true }] : [];
  await applyBatch(netns, { settings, raise: renderAddressing(ifName, given) }, signal);
}

/** Without a switch there are no ports to take away. */
async function whileThereIsOne(
  request: PluginRequest,
  signal: AbortSignal,
  act: (db: Ovsdb) => Promise<void>,
): Promise<void> {
  const config = await readConfig(request);
  let db: Ovsdb;
  try {
    db = await openOvsdb(config.socketPath, signal);
  } catch {
    signal.throwIfAborted();
    return;
  }
  using _ = db;
  await act(db);
}

/** In order, each whatever became of those before it; then throws the first failure. */
async function allOf(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const work of works) await work().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function removeLink(link: string, signal: AbortSignal): Promise<void> {
  if (!(await linkNames()).has(link)) return;
  await run(["ip", "link", "delete", "dev", link], { signal, timeoutMs });
}

function missing(said: string): PluginError {
  return new PluginError(pluginCodes.missing, said);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
