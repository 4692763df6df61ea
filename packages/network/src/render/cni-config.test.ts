import assert from "node:assert/strict";
import test from "node:test";
import { renderCniConfig } from "./cni-config.ts";

const defaults = { bridge: "ppab12cdbr", mtu: 1400, stateDir: "/data/cni" };

test("renderCniConfig() keeps a plugin list as its author wrote it", () => {
  const plugins = [{ type: "macvlan", master: "ens192", ipam: { type: "spiderpool" } }, { type: "coordinator" }];
  assert.deepEqual(render({ cniVersion: "0.3.1", name: "macvlan-ens192", plugins }), {
    name: "macvlan-ens192",
    cniVersion: "0.3.1",
    plugins,
    disableCheck: false,
  });
});

test("renderCniConfig() makes a list of a single plugin and names it like the object", () => {
  assert.deepEqual(render({ cniVersion: "1.0.0", type: "ovs", bridge: "br1", vlan: 40 }), {
    name: "nad-1",
    cniVersion: "1.0.0",
    plugins: [{ type: "ovs", bridge: "br1", vlan: 40 }],
    disableCheck: false,
  });
});

test("renderCniConfig() gives a bridge without a name ours, and our folder to plugins that keep state", () => {
  const plugins = [
    { type: "bridge", ipam: { type: "host-local", subnet: "10.1.0.0/24" } },
    { type: "bridge", bridge: "br0" },
    { type: "tuning" },
  ];
  assert.deepEqual(render({ cniVersion: "1.0.0", plugins }).plugins, [
    {
      type: "bridge",
      bridge: "ppab12cdbr",
      mtu: 1400,
      ipam: { type: "host-local", subnet: "10.1.0.0/24", dataDir: "/data/cni/host-local" },
    },
    { type: "bridge", bridge: "br0" },
    { type: "tuning", dataDir: "/data/cni/tuning" },
  ]);
});

test("renderCniConfig() speaks the highest version that the list offers and we know", () => {
  assert.equal(render({ cniVersion: "0.4.0", cniVersions: ["1.0.0", "9.0.0"], type: "bridge" }).cniVersion, "1.0.0");
  assert.equal(render({ type: "bridge" }).cniVersion, "0.3.1");
});

test("renderCniConfig() says what is wrong with a config and what to write", () => {
  const message = (because: string) => ({ message: `Cannot use network-attachment-definition "ns/nad-1": ${because}` });
  assert.throws(() => render(""), { ...message("its config is empty"), path: "spec.config" });
  assert.throws(() => render("{"), message("its config is not a JSON object"));
  assert.throws(() => render({ cniVersion: "0.1.0", type: "x" }), message('its cniVersion is "0.1.0"'));
  assert.throws(() => render({ plugins: [] }), message("it has no plugins"));
  assert.throws(() => render({ plugins: [{}] }), message("one of its plugins has no type"));
  assert.throws(() => render({ type: "../../bin/sh" }), message("one of its plugins has no type"));
  assert.throws(() => render({ type: "x", name: "a/b" }), message('its network name is "a/b"'));
});

function render(config: unknown) {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  return renderCniConfig({ metadata: { namespace: "ns", name: "nad-1" }, spec: { config: text } }, defaults);
}
