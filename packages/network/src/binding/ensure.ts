import { rm } from "node:fs/promises";
import { defineCheckpoints, reached } from "@peapod/machinery/node";
import type { Attachment } from "../attachment.ts";
import { applyBatch, type NamespaceBatch, observeLinks } from "../link/namespace.ts";
import type { Link } from "../link/types.ts";
import { dnsmasqFiles, ensureDnsmasq, stopDnsmasq } from "./dnsmasq.ts";
import { planMacvtapUnwiring, planMacvtapWiring } from "./macvtap/plan.ts";
import { passtFiles } from "./passt.ts";
import type { BindingPlan } from "./types.ts";
import { planUnwiring, planWiring } from "./wiring/plan.ts";

export interface BindingOptions {
  /** `/run/netns/…`: the pod's network namespace */
  readonly netnsPath: string;
  /** The guest's run folder. */
  readonly runDir: string;
  /** Groups that helper processes are started in. */
  readonly cgroupPaths?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

defineCheckpoints(["binding/wired", "binding/served"]);

/**
 * Wires one guest interface: links, settings, rules, then the guest's DHCP server. May be called again at any time, also when an
 * earlier call died half-way; what is right already stays untouched. A passt is not started yet: it needs a QEMU to speak to.
 *
 * @throws {Error} naming what could not be done; what was done stays and is completed by the next call
 */
export async function ensureBinding(plan: BindingPlan, options: BindingOptions): Promise<Attachment> {
  const { netnsPath, runDir, cgroupPaths = [], signal } = options;
  const links = await observeLinks(netnsPath, signal);
  await applyBatch(netnsPath, { ...wiringOf(plan, links), settings: plan.sysctls }, signal);
  reached("binding/wired");
  const dhcp = plan.binding === "passt" ? undefined : plan.dhcp;
  const files = dhcp && (await ensureDnsmasq(dhcp, plan.podInterface.name, { netnsPath, runDir, cgroupPaths, signal }));
  reached("binding/served");
  return {
    name: plan.name,
    binding: plan.binding,
    podInterfaceName: plan.podInterface.name,
    backend: backendOf(plan, runDir),
    mac: plan.guestMac,
    mtu: plan.mtu,
    ipAddresses: plan.ipAddresses,
    leaseFile: files?.leases,
    ...(plan.addressWatch !== undefined && { addressWatch: plan.addressWatch }),
    ...(plan.binding === "passt" && { passtArguments: plan.passtArguments }),
  };
}

/**
 * Takes a binding apart and gives the pod its interface back. Finds out what there is; a namespace that is gone counts as done.
 * Takes everything as far as it goes before it reports what failed. A passt ends with its QEMU.
 */
export async function removeBinding(plan: BindingPlan, options: BindingOptions): Promise<void> {
  const { netnsPath, runDir, signal } = options;
  const files = dnsmasqFiles(runDir, plan.podInterface.name);
  const results = await Promise.allSettled([stopDnsmasq(files), unwire(plan, netnsPath, signal)]);
  await Promise.all(Object.values(files).map((path) => rm(path, { force: true })));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function wiringOf(plan: BindingPlan, links: readonly Link[]): NamespaceBatch {
  switch (plan.binding) {
    case "passt":
      return { raise: ["link set lo up"] };
    case "macvtap":
      return { ...planMacvtapWiring(plan, links), nft: plan.nft };
    default:
      return { ...planWiring(plan, links), nft: plan.nft };
  }
}

function backendOf(plan: BindingPlan, runDir: string): Attachment["backend"] {
  switch (plan.binding) {
    case "passt":
      return { type: "stream", socketPath: passtFiles(runDir, plan.podInterface.name).socket };
    case "macvtap":
      return { type: "macvtap", ifName: plan.tapName };
    default:
      return { type: "tap", ifName: plan.tapName };
  }
}

async function unwire(plan: BindingPlan, netnsPath: string, signal: AbortSignal | undefined): Promise<void> {
  const links = await observeLinks(netnsPath, signal).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return undefined; // no namespace, no links
  });
  if (!links || plan.binding === "passt") return;
  const nft = plan.nftTables.map((table) => `add table ${table}\ndelete table ${table}`).join("\n");
  if (plan.binding === "macvtap")
    return await applyBatch(netnsPath, { nft, raise: planMacvtapUnwiring(plan, links) }, signal);
  // As a port it had no IPv6.
  const settings = plan.nic ? [{ path: `ipv6/conf/${plan.nic.name}/disable_ipv6`, value: "0", isOptional: true }] : [];
  await applyBatch(netnsPath, { settings, nft, raise: planUnwiring(plan, links) }, signal);
}
