import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test, { type TestContext } from "node:test";
import { createIfacerPlugin } from "./index.ts";
import type { ParentLink } from "./links.ts";
import { parseIfacerConfig, planIfacer } from "./plan.ts";

const bond = { name: "bond0", mode: 1, options: "primary=eth1;miimon=100" };

test("planIfacer() makes a VLAN on one interface, once", () => {
  const config = parseIfacerConfig({ interfaces: ["eth1"], vlanID: 30 });
  const { lines, made, parent } = planIfacer(config, [link("eth1", { isUp: false })]);
  assert.deepEqual(lines, [
    "link add link eth1 name eth1.30 type vlan id 30",
    "link set dev eth1 up",
    "link set dev eth1.30 up",
  ]);
  assert.deepEqual([made, parent], [["eth1.30"], "eth1.30"]);
  const after = [link("eth1"), link("eth1.30", { kind: "vlan", vlanId: 30 })];
  assert.deepEqual(planIfacer(config, after), { lines: [], made: [], parent: "eth1.30" });
});

test("planIfacer() makes a bond of several interfaces, and the VLAN on that", () => {
  const config = parseIfacerConfig({ interfaces: ["eth1", "eth2"], vlanID: 30, bond });
  const { lines, made, parent } = planIfacer(config, [link("eth1"), link("eth2")]);
  assert.deepEqual(lines, [
    "link add name bond0 type bond mode 1 primary eth1 miimon 100",
    "link set dev eth1 down",
    "link set dev eth1 master bond0",
    "link set dev eth2 down",
    "link set dev eth2 master bond0",
    "link set dev eth1 up",
    "link set dev eth2 up",
    "link add link bond0 name bond0.30 type vlan id 30",
    "link set dev bond0 up",
    "link set dev bond0.30 up",
  ]);
  assert.deepEqual([made, parent], [["bond0", "bond0.30"], "bond0.30"]);
  const withBond = [link("eth1"), link("eth2"), link("bond0", { kind: "bond" })];
  assert.deepEqual(planIfacer({ ...config, vlanId: 0 }, withBond), { lines: [], made: [], parent: "bond0" });
});

test("planIfacer() refuses a VLAN that is on another interface, and interfaces that are not there", () => {
  const config = parseIfacerConfig({ interfaces: ["eth1"], vlanID: 30 });
  assert.throws(
    () => planIfacer(config, [link("eth1"), link("eth2.30", { kind: "vlan", vlanId: 30 })]),
    /cannot have multiple different vlan interfaces with the same vlanId 30 on node at the same time/,
  );
  assert.throws(() => planIfacer(config, []), /there is no interface "eth1"/);
  assert.throws(
    () => planIfacer(parseIfacerConfig({ interfaces: ["a", "b"], bond }), [link("a"), link("b"), link("bond0")]),
    /no bond/,
  );
});

test("parseIfacerConfig() refuses what admission would", () => {
  assert.throws(() => parseIfacerConfig({ interfaces: [] }), /names no interfaces/);
  assert.throws(() => parseIfacerConfig({ interfaces: ["a", "b"] }), /the bond property is nil/);
  assert.throws(() => parseIfacerConfig({ interfaces: ["a", "b"], bond: { name: "" } }), /bond name can't be empty/);
});

test("the plugin hands its lines to ip, names what it made, and gives on what came before it", async (t) => {
  const machine = fakeIp(t, [{ ifname: "eth1", flags: ["UP"] }]);
  const plugin = createIfacerPlugin({ instance: "ab12cd" });
  const config = { type: "ifacer", interfaces: ["eth1"], vlanID: 30, cniVersion: "1.0.0", name: "n" };
  const answer = await plugin({ command: "ADD", containerId: "c", netns: "/n", ifName: "eth0", args: {}, config });
  assert.equal(answer.status, 200);
  assert.deepEqual(machine.batches(), [
    "link add link eth1 name eth1.30 type vlan id 30",
    "link set dev eth1.30 up",
    "link property add dev eth1.30 altname ppab12cd-made-eth1.30",
  ]);
});

test("the plugin says what the kernel lacks", async (t) => {
  fakeIp(t, [{ ifname: "eth1", flags: ["UP"] }], "Error: Unknown device type.");
  const plugin = createIfacerPlugin({ instance: "ab12cd" });
  const config = { type: "ifacer", interfaces: ["eth1"], vlanID: 30 };
  const { body } = await plugin({ command: "ADD", containerId: "c", netns: "/n", ifName: "eth0", args: {}, config });
  assert.match(
    String((body as { msg?: string }).msg),
    /^this machine's kernel cannot make VLAN interfaces \(module 8021q\)/,
  );
});

function link(name: string, some: Partial<ParentLink> = {}): ParentLink {
  return { name, kind: undefined, vlanId: undefined, isUp: true, alternativeNames: [], ...some };
}

/** An `ip` that shows these links and writes down batches, or fails at them. */
function fakeIp(t: TestContext, links: readonly object[], complaint?: string) {
  const folder = mkdtempSync(join(tmpdir(), "network-ifacer-"));
  const path = process.env["PATH"];
  t.after(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
  });
  const fail = complaint === undefined ? "" : `echo "${complaint}" >&2; echo "Command failed $2:1" >&2; exit 1`;
  const body = `case "$1" in
  -batch) cat "$2" >> ${folder}/batches
    ${fail} ;;
  *) cat ${folder}/links.json ;;
esac`;
  writeFileSync(join(folder, "links.json"), JSON.stringify(links));
  writeFileSync(join(folder, "ip"), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, "ip"), 0o755);
  process.env["PATH"] = `${folder}${delimiter}${path}`;
  return { batches: () => readFileSync(join(folder, "batches"), "utf8").trim().split("\n") };
}
