import type { SpiderCoordinator } from "@peapod/api";
import { defineCheckpoints, reached, run } from "@peapod/machinery/node";
import {
  definePlugin,
  PluginError,
  type PluginRequest,
  type PluginWork,
  pluginCodes,
} from "../../cni/define-plugin.ts";
import type { OwnPlugin } from "../../cni/own-plugin.ts";
import { emptyResult } from "../../cni/result.ts";
import type { CniResult } from "../../cni/types.ts";
import { ensureHostRule } from "../../host/host-rules.ts";
import { ensureIpv6Forwarding } from "../../host/ipv6-forwarding.ts";
import { linkNames } from "../../link/link-names.ts";
import { applyBatch } from "../../link/namespace.ts";
import { hostNames } from "../../render/host-names.ts";
import { announce } from "../../wire/probes.ts";
import { pluginLinkName, pluginMac } from "../names.ts";
import { type CoordinatorFacts, vethName } from "./facts.ts";
import { observeAliases, observeHost, observePod } from "./observe.ts";
import { type CoordinatorPlan, planCoordinator } from "./plan.ts";
import { type CoordinatorSettings, defaultHostTable, readSettings } from "./settings.ts";

const timeoutMs = 20_000;

defineCheckpoints(["coordinator/host", "coordinator/pod"]);

export interface CoordinatorDeps {
  readonly instance: string;
  /** Where instances agree on what is the machine's. */
  readonly registryPath: string;
  /** The SpiderCoordinator; undefined where nobody can be asked: the chain's configuration counts alone. */
  readonly findCoordinator?: ((signal: AbortSignal) => Promise<SpiderCoordinator | undefined>) | undefined;
  /** Annotations of a pod. */
  readonly annotationsOf?:
    | ((pod: { readonly namespace: string; readonly name: string }) => Promise<Readonly<Record<string, string>>>)
    | undefined;
}

/** Lets pods on underlay networks and their node reach each other, and decides which of a pod's interfaces answers what. */
export function createCoordinatorPlugin(deps: CoordinatorDeps): OwnPlugin {
  const { instance, registryPath } = deps;
  const vethOf = ({ containerId }: PluginRequest) => ({
    hostName: pluginLinkName(instance, "c", containerId, vethName),
    hostMac: pluginMac(containerId, vethName, "host"),
    podMac: pluginMac(containerId, vethName, "pod"),
  });

  const work: PluginWork = {
    async add(request, signal) {
      const result = request.prevResult ?? emptyResult;
      const settings = await settingsFor(request, deps, signal);
      const addresses = result.ips.map(({ address }) => address.replace(/\/.*$/, ""));
      if (settings.mode === "disabled" || addresses.length === 0) return result;
      const veth = vethOf(request);
      const [pod, host] = await Promise.all([observePod(request.netns, signal), observeHost(addresses, signal)]);
      const { ifName: nic, netns } = request;
      const facts: CoordinatorFacts = { settings, nic, netns, addresses, veth, alias: aliasOf(request), pod, host };
      const plan = planCoordinator(facts);
      if (!plan) return result;
      if (nic === settings.firstNic) await removeLink(veth.hostName, signal);
      await carryOut(plan, facts, registryPath, signal);
      await announce(netns, nic, addresses, signal);
      return plan.mac === undefined ? result : withMac(result, nic, plan.mac);
    },
    async del(request, signal) {
      const { hostName } = vethOf(request);
      if (!(await linkNames()).has(hostName)) return;
      // The pair goes with the first interface, and with it all that the node knows of the pod.
      if (request.ifName === firstNicOf(request)) return await removeLink(hostName, signal);
      for (const { address } of request.prevResult?.ips ?? []) {
        const own = address.replace(/\/.*$/, "");
        await run(["ip", "route", "delete", own, "dev", hostName, "table", String(tableOf(request))], {
          signal,
          timeoutMs,
        }).catch(() => signal.throwIfAborted());
      }
    },
    async check(request, signal) {
      const { hostName } = vethOf(request);
      const { links } = await observePod(request.netns, signal);
      const hasVeth = links.some(({ name }) => name === vethName);
      if (hasVeth && !(await linkNames()).has(hostName)) {
        throw new PluginError(pluginCodes.missing, `the node's end of ${vethName}, "${hostName}", is gone`);
      }
      const isUnderlay = request.config["mode"] === "underlay" || request.ifName === firstNicOf(request);
      const needsVeth = isUnderlay && request.config["mode"] !== "disabled" && request.config["mode"] !== "disable";
      if (!hasVeth && needsVeth && (request.prevResult?.ips.length ?? 0) > 0) {
        throw new PluginError(pluginCodes.missing, `${vethName}, which joins pod and node, is gone`);
      }
    },
    async gc(request, valid, signal) {
      const { prefix } = hostNames(instance);
      const kept = new Set(valid.map(({ containerId, ifName }) => aliasOf({ ...request, containerId, ifName })));
      for (const { name, alias } of await observeAliases(signal)) {
        const isOurs = name.startsWith(`${prefix}c`) && alias.startsWith(aliasStart(request.network));
        if (isOurs && !kept.has(alias)) await removeLink(name, signal);
      }
    },
    async status(_, signal) {
      await readCoordinator(deps, pluginCodes.notAvailable, signal);
    },
  };
  return definePlugin(work);
}

/** The machine first, then the pod: what the pod's routes lead to has to be there. */
async function carryOut(
  plan: CoordinatorPlan,
  { settings, netns }: CoordinatorFacts,
  registryPath: string,
  signal: AbortSignal,
): Promise<void> {
  await applyBatch(undefined, { make: plan.host }, signal);
  reached("coordinator/host");
  for (const family of plan.families) ensureHostRule(registryPath, family, settings.hostTable);
  // Nothing but what is led through the node needs it: node and pod are each other's neighbours.
  const isThroughNode = settings.hijack.some((cidr) => cidr.includes(":"));
  if (isThroughNode && plan.families.includes(6)) ensureIpv6Forwarding(registryPath);
  await applyBatch(netns, plan.pod, signal);
  reached("coordinator/pod");
}

async function settingsFor(
  request: PluginRequest,
  deps: CoordinatorDeps,
  signal: AbortSignal,
): Promise<CoordinatorSettings> {
  const { K8S_POD_NAMESPACE: namespace = "", K8S_POD_NAME: name = "" } = request.args;
  const [coordinator, annotations = {}] = await Promise.all([
    readCoordinator(deps, pluginCodes.tryAgain, signal),
    name === "" ? undefined : deps.annotationsOf?.({ namespace, name }),
  ]);
  return readSettings(request.config, coordinator, annotations);
}

/** @throws {PluginError} with that code while it is not ready; upstream's sentences */
async function readCoordinator(
  { findCoordinator }: CoordinatorDeps,
  code: number,
  signal: AbortSignal,
): Promise<SpiderCoordinator | undefined> {
  if (!findCoordinator) return undefined;
  const coordinator = await findCoordinator(signal);
  if (!coordinator) throw new PluginError(code, "coordinator config not found");
  if (coordinator.status?.phase === "Synced") return coordinator;
  throw new PluginError(code, `spidercoordinator: ${coordinator.metadata.name} no ready`);
}

function withMac(result: CniResult, nic: string, mac: string): CniResult {
  return {
    ...result,
    interfaces: result.interfaces.map((one) => (one.name === nic && one.sandbox ? { ...one, mac } : one)),
  };
}

function aliasOf({ network, containerId, ifName }: Pick<PluginRequest, "network" | "containerId" | "ifName">): string {
  return `${aliasStart(network)}${containerId}/${ifName}`;
}

function aliasStart(network: string): string {
  return `peapod/${network}/`;
}

function firstNicOf({ config }: PluginRequest): string {
  return readSettings(config, undefined, {}).firstNic;
}

function tableOf({ config }: PluginRequest): number {
  return readSettings(config, undefined, {}).hostTable || defaultHostTable;
}

async function removeLink(link: string, signal: AbortSignal): Promise<void> {
  if (!(await linkNames()).has(link)) return;
  await run(["ip", "link", "delete", "dev", link], { signal, timeoutMs });
}
