import { NetworkAttachmentDefinition, SpiderMultusConfig } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import { defaultNetwork } from "../../render/default-network.ts";
import { nadKeyOf } from "../../render/multus-config.ts";
import { effects } from "./effects.ts";
import { type Facts, planMultusConfig, type Step } from "./plan.ts";

/** Keeps the NetworkAttachmentDefinitions of SpiderMultusConfigs; its keys are those of the former. */
export const multusConfigController: Controller<NetworkAttachmentDefinition, Facts, Step> = {
  name: "multus-config",
  for: NetworkAttachmentDefinition,
  reads: [SpiderMultusConfig],
  writes: [{ kind: NetworkAttachmentDefinition, verbs: ["create", "update"] }],
  watches: [{ kind: SpiderMultusConfig, keys: (config) => [keyText(nadKeyOf(config))] }],
  async wakeUps(wake) {
    wake(keyText(defaultNetwork)); // nothing else wakes for a network that is not there
  },
  observe(key, { cache }) {
    const { namespace = "", name } = parseKey(key);
    const configs = cache.list(SpiderMultusConfig, { namespace }).filter((config) => nadKeyOf(config).name === name);
    return { key: { namespace, name }, nad: cache.get(NetworkAttachmentDefinition, { namespace, name }), configs };
  },
  plan: planMultusConfig,
  effects,
};

function keyText({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
