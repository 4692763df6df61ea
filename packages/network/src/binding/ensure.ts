import { rm } from "node:fs/promises";
import { defineCheckpoints, reached } from "@peapod/machinery/node";
import type { Attachment } from "../attachment.ts";
import { applyBatch, observeLinks } from "../link/namespace.ts";
import { dnsmasqFiles, ensureDnsmasq, stopDnsmasq } from "./dnsmasq.ts";
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
 * earlier call died half-way; what is right already stays untouched.
 *
 * @throws {Error} naming what could not be done; what was done stays and is completed by the next call
 */
export async function ensureBinding(plan: BindingPlan, options: BindingOptions): Promise<Attachment> {
  const { netnsPath, runDir, cgroupPaths = [], signal } = options;
  const links = await observeLinks(netnsPath, signal);
  const { make, raise } = planWiring(plan, links);
  await applyBatch(netnsPath, { make, settings: plan.sysctls, nft: plan.nft, raise }, signal);
  reached("binding/wired");
  const files =
    plan.dhcp && (await ensureDnsmasq(plan.dhcp, plan.podInterface.name, { netnsPath, runDir, cgroupPaths, signal }));
  reached("binding/served");
  return {
    name: plan.name,
    binding: plan.binding,
    podInterfaceName: plan.podInterface.name,
    backend: { type: "tap", ifName: plan.tapName },
    mac: plan.guestMac,
    mtu: plan.mtu,
    ipAddresses: plan.ipAddresses,
    leaseFile: files?.leases,
  };
}

/**
 * Takes a binding apart and gives the pod its interface back. Finds out what there is; a namespace that is gone counts as done.
 * Takes everything as far as it goes before it reports what failed.
 */
export async function removeBinding(plan: BindingPlan, options: BindingOptions): Promise<void> {
  const { netnsPath, runDir, signal } = options;
  const files = dnsmasqFiles(runDir, plan.podInterface.name);
  const results = await Promise.allSettled([stopDnsmasq(files), unwire(plan, netnsPath, signal)]);
  await Promise.all(Object.values(files).map((path) => rm(path, { force: true })));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function unwire(plan: BindingPlan, netnsPath: string, signal: AbortSignal | undefined): Promise<void> {
  const links = await observeLinks(netnsPath, signal).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return undefined; // no namespace, no links
  });
  if (!links) return;
  const nft = plan.nftTables.map((table) => `add table ${table}\ndelete table ${table}`).join("\n");
  await applyBatch(netnsPath, { nft, raise: planUnwiring(plan, links) }, signal);
}
