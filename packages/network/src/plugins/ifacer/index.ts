import { definePlugin, PluginError, type PluginWork, pluginCodes } from "../../cni/define-plugin.ts";
import type { OwnPlugin } from "../../cni/own-plugin.ts";
import { emptyResult } from "../../cni/result.ts";
import { applyBatch } from "../../link/namespace.ts";
import { isMadeName, madeLinkName } from "../../render/host-names.ts";
import { observeParents, type ParentLink } from "./links.ts";
import { type IfacerConfig, parseIfacerConfig, planIfacer } from "./plan.ts";

/**
 * Makes the bonds and VLAN interfaces of the machine that networks are made on. They stay when a pod goes, for others use them, and go
 * with the instance.
 */
export function createIfacerPlugin({ instance }: { readonly instance: string }): OwnPlugin {
  const work: PluginWork = {
    async add({ config, prevResult }, signal) {
      const wanted = parseIfacerConfig(config);
      const links = await observeParents(signal);
      const { lines, made, parent } = planIfacer(wanted, links);
      const named = [...made, ...sharedWith(links, parent)].map(
        (name) => `link property add dev ${name} altname ${madeLinkName(instance, name)}`,
      );
      const all = [...lines, ...named.filter((line) => !isNamed(links, line))];
      if (all.length > 0) await make(all, wanted, signal);
      return prevResult ?? emptyResult;
    },
    async del() {},
    async check({ config }, signal) {
      const { made } = planIfacer(parseIfacerConfig(config), await observeParents(signal));
      if (made[0] !== undefined) throw new PluginError(pluginCodes.missing, `interface "${made[0]}" is gone`);
    },
    async gc() {},
    async status({ config }, signal) {
      planIfacer(parseIfacerConfig(config), await observeParents(signal)); // throws for interfaces that are not there
    },
  };
  return definePlugin(work);
}

/** A link that another instance made is ours as well, from now on: the last to go takes it away. */
function sharedWith(links: readonly ParentLink[], parent: string): readonly string[] {
  const link = links.find(({ name }) => name === parent);
  return link?.alternativeNames.some(isMadeName) ? [link.name] : [];
}

function isNamed(links: readonly ParentLink[], line: string): boolean {
  const alternative = line.split(" ").at(-1) ?? "";
  return links.some(({ alternativeNames }) => alternativeNames.includes(alternative));
}

async function make(lines: readonly string[], { vlanId, bond }: IfacerConfig, signal: AbortSignal): Promise<void> {
  try {
    await applyBatch(undefined, { make: lines }, signal);
  } catch (cause) {
    const text = cause instanceof Error ? `${cause.message} ${String(cause.cause)}` : "";
    if (!/Unknown device type|not supported/i.test(text)) throw cause;
    const kinds = [...(bond ? ["bonds (module bonding)"] : []), ...(vlanId ? ["VLAN interfaces (module 8021q)"] : [])];
    throw new PluginError(pluginCodes.failed, `this machine's kernel cannot make ${kinds.join(" and ")}`, { cause });
  }
}
