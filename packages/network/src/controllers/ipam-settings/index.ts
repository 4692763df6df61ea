import { ConfigMap } from "@peapod/api";
import { type Controller, type Effects, parseKey } from "@peapod/machinery";
import { settingsConfigMap } from "../../ipam/settings/parse-settings.ts";
import type { SettingsStore } from "../../ipam/settings/settings-store.ts";
import { type Facts, planSettings, type Step } from "./plan.ts";

/** Follows the ConfigMap kube-system/spiderpool-conf. */
export function createIpamSettingsController(store: SettingsStore): Controller<ConfigMap, Facts, Step> {
  let said: string | undefined;
  const effects: Effects<Step> = {
    async useSettings({ settings }) {
      store.set(settings);
    },
    async nameProblems({ configMap, message }, { events }) {
      said = message;
      events.record(configMap, { type: "Warning", reason: "SettingNotHonoured", message });
    },
  };
  return {
    name: "ipam-settings",
    for: ConfigMap,
    reads: [],
    writes: [],
    fieldSelectors: [{ kind: ConfigMap, selector: `metadata.name=${settingsConfigMap.name}` }],
    observe(key, { cache }) {
      const { namespace, name } = parseKey(key);
      if (namespace !== settingsConfigMap.namespace || name !== settingsConfigMap.name) return undefined;
      return { configMap: cache.get(ConfigMap, settingsConfigMap), current: store.current(), said };
    },
    plan: planSettings,
    effects,
  };
}
