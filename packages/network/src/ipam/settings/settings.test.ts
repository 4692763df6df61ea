import assert from "node:assert/strict";
import test from "node:test";
import { defaultSettings, parseSettings, renderSettings, settingsKey } from "./parse-settings.ts";

test("renderSettings() writes upstream's keys, and nothing that is not done", () => {
  assert.deepEqual(parseSettings(renderSettings().data[settingsKey]), { settings: defaultSettings, problems: [] });
});

test("parseSettings() reads what is honoured and names what is not", () => {
  const text = `
enableIPv6: false
enableKubevirtStaticIP: "yes"
enableSpiderSubnet: true
tuneSysctlConfig: true
iaasNetworkProvider: { serverUrl: "" }
podResourceInject: { enabled: true }
`;
  assert.deepEqual(parseSettings(text), {
    settings: { ...defaultSettings, enableIPv6: false },
    problems: [
      'enableKubevirtStaticIP is "yes" and has to be true or false',
      "enableSpiderSubnet: true is not honoured",
      'podResourceInject: {"enabled":true} is not honoured',
    ],
  });
});

test("parseSettings() goes by the defaults where there is nothing, or nothing that can be read", () => {
  assert.deepEqual(parseSettings(undefined), { settings: defaultSettings, problems: [] });
  const broken = parseSettings("enableIPv6: [");
  assert.deepEqual(broken.settings, defaultSettings);
  assert.match(broken.problems[0] ?? "", /^conf\.yml cannot be read, the defaults count: /);
});
