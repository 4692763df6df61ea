import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { listCached } from "./cache.ts";
import { addNetwork, checkNetwork, deleteNetwork } from "./chain.ts";
import { tidyNetworks } from "./tidy.ts";
import type { CniAttachment, CniNetwork, CniResult, CniRuntime } from "./types.ts";

const attachment: CniAttachment = {
  containerId: "pod-1",
  netnsPath: "/run/netns/x",
  ifName: "eth0",
  args: { K8S_POD_NAME: "web" },
  capabilityArgs: { mac: "02:00:00:00:00:01", bandwidth: { ingressRate: 1 } },
};

test("addNetwork() calls plugins in order, each with the result before it, and answers the last one's", async (t) => {
  const world = makeWorld(t, { main: adds("10.0.0.5/24"), tune: adds("10.0.0.6/24") });
  const result = await addNetwork(network("main", "tune"), attachment, world);
  assert.deepEqual(result.ips, [{ address: "10.0.0.6/24", gateway: "10.0.0.1" }]);
  const [main, tune] = world.calls();
  assert.equal(main?.env, "ADD pod-1 /run/netns/x eth0 IgnoreUnknown=1;K8S_POD_NAME=web");
  assert.equal(main?.input["prevResult"], undefined);
  assert.equal(main?.input["name"], "net");
  assert.deepEqual(tune?.input["prevResult"], {
    cniVersion: "1.0.0",
    interfaces: [],
    ips: [{ address: "10.0.0.5/24", gateway: "10.0.0.1" }],
    routes: [],
    dns: {},
  });
});

test("addNetwork() hands over only the capabilities that a plugin declares", async (t) => {
  const world = makeWorld(t, { main: adds("10.0.0.5/24") });
  const declaring = { ...network("main"), plugins: [{ type: "main", capabilities: { mac: true, bandwidth: false } }] };
  await addNetwork(declaring, attachment, world);
  assert.deepEqual(world.calls()[0]?.input["runtimeConfig"], { mac: "02:00:00:00:00:01" });
  assert.equal(world.calls()[0]?.input["capabilities"], undefined);
});

test("addNetwork() names the family of addresses in the prevResult of old versions", async (t) => {
  const world = makeWorld(t, { main: adds("fd00::5/64"), tune: "cat >/dev/null" });
  const result = await addNetwork({ ...network("main", "tune"), cniVersion: "0.4.0" }, attachment, world);
  assert.deepEqual(world.previous(1)?.ips, [{ version: "6", address: "fd00::5/64", gateway: "10.0.0.1" }]);
  assert.deepEqual(result.ips, []);
});

test("addNetwork() answers a finished attachment from its cache, and undoes a half-made one before it starts again", async (t) => {
  const world = makeWorld(t, { main: adds("10.0.0.5/24") });
  const first = await addNetwork(network("main"), attachment, world);
  assert.deepEqual(await addNetwork(network("main"), attachment, world), first);
  assert.deepEqual(world.commands(), ["main ADD"]);
  const file = join(world.runtime.resultsDir, "net-pod-1-eth0.json");
  const { result: _, ...begun } = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify(begun)); // as if we had died between the plugin's work and the note of its result
  await addNetwork(network("main"), attachment, world);
  assert.deepEqual(world.commands(), ["main ADD", "main DEL", "main ADD"]);
});

test("addNetwork() attaches to a network that was mended, though the plugin that failed cannot even undo", async (t) => {
  const world = makeWorld(t, { broken: "cat >/dev/null; exit 1", main: adds("10.0.0.5/24") });
  await assert.rejects(addNetwork(network("broken"), attachment, world));
  const result = await addNetwork(network("main"), attachment, world);
  assert.equal(result.ips[0]?.address, "10.0.0.5/24");
});

test("addNetwork() undoes the whole list when a plugin fails, and says what the plugin said", async (t) => {
  const world = makeWorld(t, { main: adds("10.0.0.5/24"), tune: failsOn("ADD", 11, "busy", "try later") });
  await assert.rejects(addNetwork(network("main", "tune"), attachment, world), {
    name: "CniError",
    code: 11,
    message: 'Cannot attach interface "eth0" of network "net": plugin "tune" says: busy; try later (code 11)',
  });
  assert.deepEqual(world.commands(), ["main ADD", "tune ADD", "tune DEL", "main DEL"]);
  assert.deepEqual(await listCached(world.runtime.resultsDir), []);
});

test("addNetwork() ends a plugin that hangs, and names one that is missing", async (t) => {
  const world = makeWorld(t, { main: `[ "$CNI_COMMAND" = DEL ] && exit 0; exec sleep 60` });
  const hasty = { runtime: { ...world.runtime, timeoutMs: 100 } };
  await assert.rejects(addNetwork(network("main"), attachment, hasty), /did not finish within 100 ms/);
  await assert.rejects(addNetwork(network("gone"), attachment, world), /there is no such plugin in/);
});

test("deleteNetwork() does what was attached, not what the network says now, and asks every plugin", async (t) => {
  const world = makeWorld(t, { main: adds("10.0.0.5/24"), tune: adds("10.0.0.6/24"), other: adds("") });
  await addNetwork(network("main", "tune"), attachment, world);
  await deleteNetwork(network("other"), attachment, world);
  assert.deepEqual(world.commands().slice(2), ["tune DEL", "main DEL"]);
  assert.equal(world.previous(3)?.ips[0]?.address, "10.0.0.6/24");
  assert.deepEqual(await listCached(world.runtime.resultsDir), []);
});

test("deleteNetwork() goes on after a failing plugin and keeps the cache for another attempt", async (t) => {
  const world = makeWorld(t, { main: adds("10.0.0.5/24"), tune: failsOn("DEL", 999, "no", "") });
  await addNetwork(network("main", "tune"), attachment, world);
  await assert.rejects(deleteNetwork(network("main", "tune"), attachment, world), { code: 999 });
  assert.deepEqual(world.commands().slice(2), ["tune DEL", "main DEL"]);
  assert.equal((await listCached(world.runtime.resultsDir, "pod-1")).length, 1);
});

test("checkNetwork() asks every plugin from 0.4.0 on and reports the first that misses something", async (t) => {
  const world = makeWorld(t, { main: adds("10.0.0.5/24"), tune: failsOn("CHECK", 100, "address is gone", "") });
  const list = network("main", "tune");
  await assert.rejects(checkNetwork(list, attachment, world), /no result of an ADD/);
  await addNetwork(list, attachment, world);
  await assert.rejects(checkNetwork(list, attachment, world), /address is gone \(code 100\)/);
  const old = { ...attachment, containerId: "old" };
  await addNetwork({ ...list, cniVersion: "0.3.1" }, old, world);
  await checkNetwork(list, old, world);
  assert.equal(world.commands().filter((command) => command.endsWith("CHECK")).length, 2);
});

test("plugins that speak 1.1 are asked whether they are ready, and the pod waits for what they say", async (t) => {
  const world = makeWorld(t, { newer: failsOn("STATUS", 50, "no switch yet", ""), old: adds("10.0.0.5/24") });
  await assert.rejects(addNetwork(network("old", "newer"), attachment, world), {
    message: 'Cannot use network "net": plugin "newer" says: no switch yet (code 50)',
  });
  assert.deepEqual(world.commands(), ["newer STATUS"]);
  assert.deepEqual(await listCached(world.runtime.resultsDir), []);
});

test("a network that offers several versions is spoken to in the highest that all of its plugins know", async (t) => {
  const world = makeWorld(t, { newer: adds("10.0.0.5/24"), old: adds("10.0.0.6/24") });
  const offered = { offeredVersions: ["0.4.0", "1.0.0", "1.1.0"], cniVersion: "1.1.0" };
  await addNetwork({ ...network("newer"), ...offered }, attachment, world);
  await addNetwork({ ...network("newer", "old"), ...offered }, { ...attachment, ifName: "net1" }, world);
  const versions = world
    .calls()
    .filter(({ env }) => env.startsWith("ADD"))
    .map(({ input }) => input["cniVersion"]);
  assert.deepEqual(versions, ["1.1.0", "1.0.0", "1.0.0"]);
  assert.equal(world.versionCalls(), 2, "each plugin is asked once");
});

test("tidyNetworks() tells plugins that speak 1.1 which attachments there are, and forgets networks without any", async (t) => {
  const world = makeWorld(t, { newer: adds("10.0.0.5/24"), old: adds("10.0.0.6/24") });
  await addNetwork(network("newer", "old"), attachment, world);
  assert.deepEqual(await tidyNetworks(world.runtime), []);
  const [call] = world.calls().filter(({ env }) => env.startsWith("GC"));
  assert.deepEqual(call?.input["cni.dev/valid-attachments"], [{ containerID: "pod-1", ifname: "eth0" }]);
  await deleteNetwork(network("newer", "old"), attachment, world);
  await tidyNetworks(world.runtime);
  await tidyNetworks(world.runtime);
  assert.deepEqual(
    world.commands().filter((command) => command.endsWith("GC")),
    ["newer GC", "newer GC"],
  );
});

test("addNetwork() lets the caller change what was made before the plugins after it see it", async (t) => {
  const made = `[ "$CNI_COMMAND" != ADD ] || echo '{"interfaces":[{"name":"eth0","mac":"02:00:00:00:00:01","sandbox":"/n"}]}'`;
  const world = makeWorld(t, { before: "cat >/dev/null", main: made, tune: "cat >/dev/null" });
  const onMade = async (result: CniResult): Promise<CniResult> => ({
    ...result,
    interfaces: result.interfaces.map((one) => ({ ...one, mac: "02:00:00:00:00:99" })),
  });
  await addNetwork(network("before", "main", "tune"), attachment, { ...world, onMade });
  const previous = world.calls()[2]?.input["prevResult"] as CniResult | undefined;
  assert.equal(previous?.interfaces[0]?.mac, "02:00:00:00:00:99");
});

interface World {
  readonly runtime: CniRuntime;
  readonly calls: () => readonly {
    readonly plugin: string;
    readonly env: string;
    readonly input: Record<string, unknown>;
  }[];
  readonly commands: () => readonly string[];
  readonly versionCalls: () => number;
  /** What the nth call was given as `prevResult`. */
  readonly previous: (n: number) => { readonly ips: readonly { readonly address: string }[] } | undefined;
}

/** A folder of plugins (shell bodies by name) that write down how they were called. */
function makeWorld(t: TestContext, plugins: Readonly<Record<string, string>>): World {
  const folder = mkdtempSync(join(tmpdir(), "network-cni-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, body] of Object.entries(plugins)) {
    const note = `n=$(ls ${folder} | grep -c env); input=$(cat)
printf '%s' "$input" > ${folder}/$n.input
echo "${name} $CNI_COMMAND $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS" > ${folder}/$n.env`;
    const speaks = name.startsWith("new") ? '"1.0.0","1.1.0"' : '"0.4.0","1.0.0"';
    const version = `if [ "$CNI_COMMAND" = VERSION ]; then
cat >/dev/null; echo v >> ${folder}/versions; echo '{"cniVersion":"1.0.0","supportedVersions":[${speaks}]}'; exit 0; fi`;
    writeFileSync(join(bin, name), `#!/bin/sh\n${version}\n${note}\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const calls: World["calls"] = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".env"))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      .map((name) => {
        const [plugin = "", ...env] = readFileSync(join(folder, name), "utf8").trim().split(" ");
        const input = JSON.parse(readFileSync(join(folder, name.replace("env", "input")), "utf8"));
        return { plugin, env: env.join(" "), input };
      });
  return {
    runtime: { pluginPath: [bin], resultsDir: join(folder, "results"), timeoutMs: 10_000 },
    calls,
    versionCalls: () => readFileSync(join(folder, "versions"), "utf8").trim().split("\n").length,
    commands: () => calls().map(({ plugin, env }) => `${plugin} ${env.split(" ")[0]}`),
    previous: (n) => calls()[n]?.input["prevResult"] as ReturnType<World["previous"]>,
  };
}

function network(...types: readonly string[]): CniNetwork {
  return { name: "net", cniVersion: "1.0.0", plugins: types.map((type) => ({ type })), disableCheck: false };
}

function adds(address: string): string {
  return `[ "$CNI_COMMAND" != ADD ] || echo '{"ips":[{"address":"${address}","gateway":"10.0.0.1"}]}'`;
}

function failsOn(command: string, code: number, msg: string, details: string): string {
  const error = JSON.stringify({ cniVersion: "1.0.0", code, msg, details });
  return `[ "$CNI_COMMAND" != ${command} ] || { echo '${error}'; exit 1; }`;
}
