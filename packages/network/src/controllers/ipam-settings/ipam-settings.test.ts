import assert from "node:assert/strict";
import test from "node:test";
import { ConfigMap } from "@peapod/api";
import { silentLog, startControllers } from "@peapod/machinery";
import { converge, createFakeApi, eventually, recordingEvents } from "@peapod/machinery/testing";
import { defaultSettings, renderSettings, settingsKey } from "../../ipam/settings/parse-settings.ts";
import { createSettingsStore } from "../../ipam/settings/settings-store.ts";
import { createIpamSettingsController } from "./index.ts";
import { type Facts, planSettings } from "./plan.ts";

test("planSettings() uses what is written and says once what is not honoured", () => {
  const configMap = { ...renderSettings(), data: { [settingsKey]: "enableIPv6: false\nenableSpiderSubnet: true\n" } };
  const facts: Facts = { configMap, current: defaultSettings, said: undefined };
  assert.deepEqual(planSettings(facts).steps, [
    { do: "useSettings", settings: { ...defaultSettings, enableIPv6: false } },
    { do: "nameProblems", configMap, message: "enableSpiderSubnet: true is not honoured" },
  ]);
  converge({
    plan: planSettings,
    facts,
    apply: (seen, step) =>
      step.do === "useSettings" ? { ...seen, current: step.settings } : { ...seen, said: step.message },
  });
});

test("the settings controller follows spiderpool-conf, and goes back to the defaults when it is gone", async () => {
  const { client, put, remove } = createFakeApi({ kinds: [ConfigMap] });
  const events = recordingEvents();
  const store = createSettingsStore();
  let changes = 0;
  using _ = store.onChange(() => {
    changes += 1;
  });
  put(ConfigMap, { ...renderSettings(), data: { [settingsKey]: "enableKubevirtStaticIP: false\nnonsense: 1\n" } });
  const stop = new AbortController();
  const { done } = startControllers([createIpamSettingsController(store)], {
    client,
    log: silentLog,
    recorder: events,
    signal: stop.signal,
  });
  await eventually(() => !store.current().enableKubevirtStaticIP);
  await eventually(() => events.said.length === 1);
  assert.deepEqual(events.said, [
    "Warning SettingNotHonoured kube-system/spiderpool-conf: nonsense: 1 is not honoured",
  ]);
  remove(ConfigMap, renderSettings().metadata);
  await eventually(() => store.current().enableKubevirtStaticIP);
  assert.equal(changes, 2);
  stop.abort();
  await done;
});
