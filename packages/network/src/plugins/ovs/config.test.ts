import assert from "node:assert/strict";
import test from "node:test";
import type { PluginRequest } from "../../cni/define-plugin.ts";
import { parseOvsConfig } from "./config.ts";
import { cutJson } from "./cut-json.ts";
import { renderVlan } from "./render/port.ts";

test("parseOvsConfig() tells an access port, VLAN 0 included, from a trunk of some and a trunk of all", () => {
  assert.deepEqual(renderVlan(parse({ vlan: 0 }).vlan), { vlan_mode: "access", tag: 0 });
  assert.deepEqual(renderVlan(parse({}).vlan), { vlan_mode: "trunk" });
  assert.deepEqual(renderVlan(parse({ vlan: 0, trunk: [{ minID: 10, maxID: 12 }, { id: 11 }, { id: 5 }] }).vlan), {
    vlan_mode: "trunk",
    trunks: ["set", [5, 10, 11, 12]],
  });
});

test("parseOvsConfig() takes the MAC of a capability before that of arguments, and the bridge of OVN where a port is named", () => {
  const args = { cni: { mac: "02:00:00:00:00:02", ovnPort: "p1" } };
  const config = parse({ bridge: "", args, runtimeConfig: { mac: "02:00:00:00:00:01" } });
  assert.equal(config.mac, "02:00:00:00:00:01");
  assert.equal(config.bridge, "br-int");
  assert.equal(config.interfaceId, "p1");
});

test("parseOvsConfig() fills in from the configuration file what the network leaves open", () => {
  const file = { socket_file: "unix:/run/ovs/db.sock", bridge: "other", mtu: 1400 };
  const { socketPath, bridge, mtu } = parse({}, file);
  assert.deepEqual([socketPath, bridge, mtu], ["/run/ovs/db.sock", "br1", 1400]);
});

test("parseOvsConfig() refuses what it cannot do, by name", () => {
  assert.throws(() => parse({ bridge: undefined }), /names no bridge/);
  assert.throws(() => parse({ vlan: 5000 }), /vlan 5000 is not in/);
  assert.throws(() => parse({ trunk: [{ minID: 5, maxID: 3 }] }), /minID is greater than maxID in trunk parameter/);
  assert.throws(() => parse({ trunk: [{ maxID: 3 }] }), /incorrect trunk minID parameter/);
  assert.throws(() => parse({ deviceID: "0000:03:02.0" }), /virtual function/);
  assert.throws(() => parse({ interface_type: "dpdk" }), /interface_type "dpdk"/);
});

test("cutJson() cuts objects that nothing stands between, wherever the stream was cut", () => {
  const text = '{"a":"}{\\""}{"b":{"c":1}}';
  for (let at = 0; at <= text.length; at += 1) {
    const first = cutJson(text.slice(0, at));
    const second = cutJson(first.rest + text.slice(at));
    assert.deepEqual([...first.messages, ...second.messages], ['{"a":"}{\\""}', '{"b":{"c":1}}']);
    assert.equal(second.rest, "");
  }
});

function parse(config: Record<string, unknown>, file?: Record<string, unknown>) {
  const request: PluginRequest = {
    command: "ADD",
    containerId: "c1",
    netns: "/run/netns/x",
    ifName: "eth0",
    args: {},
    config: { bridge: "br1", ...config },
    network: "n",
    cniVersion: "0.3.1",
    prevResult: undefined,
  };
  return parseOvsConfig(request, file);
}
