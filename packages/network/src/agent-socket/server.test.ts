import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { OwnPlugin } from "../cni/own-plugin.ts";
import { answerIpamCall, type PodIdentity, type PodReference } from "../ipam/cni-call.ts";
import { type Ipam, openIpam } from "../ipam/ipam.ts";
import { openSqliteJournal } from "../ipam/journal.ts";
import { installPlugins, renderPluginScript } from "./plugin-script.ts";
import { serveAgentSocket } from "./server.ts";

const config = { cniVersion: "1.0.0", name: "pods", type: "bridge", ipam: { type: "spiderpool" } };

test("the plugin's ADD gives an address, its gateway and the default route; a second ADD the same", async (t) => {
  await using agent = await startAgent(t);
  const first = await agent.call("ADD", config);
  assert.deepEqual(first, {
    exitCode: 0,
    answer: {
      cniVersion: "1.0.0",
      ips: [{ address: "10.244.0.2/24", gateway: "10.244.0.1" }],
      routes: [{ dst: "0.0.0.0/0", gw: "10.244.0.1" }],
      dns: {},
    },
  });
  assert.deepEqual(await agent.call("ADD", config), first);
});

test("the plugin names the family in results of old versions", async (t) => {
  await using agent = await startAgent(t);
  const { answer } = await agent.call("ADD", { ...config, cniVersion: "0.3.1" });
  assert.deepEqual(answer?.ips, [{ version: "4", address: "10.244.0.2/24", gateway: "10.244.0.1" }]);
});

test("the plugin takes pools that the network names, and passes on why there is no address", async (t) => {
  await using agent = await startAgent(t);
  await agent.ipam.putPool({ name: "one", subnet: "10.9.0.0/24", ips: ["10.9.0.5"] });
  const named = { ...config, ipam: { type: "spiderpool", default_ipv4_ippool: ["one"] } };
  const { answer } = await agent.call("ADD", named);
  assert.deepEqual(answer?.ips, [{ address: "10.9.0.5/24" }]);
  assert.deepEqual(await agent.call("ADD", named, { K8S_POD_NAME: "other" }), {
    exitCode: 1,
    answer: {
      cniVersion: "1.0.0",
      code: 100,
      msg: 'failed to allocate any IPv4 IP address to NIC eth0 from IPPools [one]: all IP addresses used out (pool "one": 1 of 1 held)',
    },
  });
});

test("the plugin's DEL gives a pod's address back, keeps a VM's, and succeeds when there is nothing", async (t) => {
  await using agent = await startAgent(t);
  await agent.call("ADD", config);
  await agent.call("ADD", config, { K8S_POD_NAME: "vm-launcher" });
  assert.equal(agent.ipam.list().length, 2);
  assert.deepEqual(await agent.call("DEL", config), { exitCode: 0, answer: undefined });
  assert.equal((await agent.call("DEL", config)).exitCode, 0);
  assert.equal((await agent.call("DEL", config, { K8S_POD_NAME: "vm-launcher" })).exitCode, 0);
  assert.deepEqual(
    agent.ipam.list().map(({ owner }) => owner.name),
    ["vm"],
  );
});

test("the plugin's CHECK fails for an interface that holds no address", async (t) => {
  await using agent = await startAgent(t);
  assert.equal((await agent.call("CHECK", config)).answer?.code, 101);
  await agent.call("ADD", config);
  assert.equal((await agent.call("CHECK", config)).exitCode, 0);
});

test("the plugin's VERSION lists what it speaks, and other versions and commands are refused", async (t) => {
  await using agent = await startAgent(t);
  assert.deepEqual((await agent.call("VERSION", { cniVersion: "1.0.0" })).answer?.supportedVersions?.at(-1), "1.1.0");
  assert.equal((await agent.call("ADD", { ...config, cniVersion: "0.1.0" })).answer?.code, 1);
  assert.equal((await agent.call("NONSENSE", config)).answer?.code, 4);
  assert.equal((await agent.call("ADD", config, { K8S_POD_NAME: "unknown" })).answer?.code, 3);
});

test("the plugin asks to be called again when no agent answers", async (t) => {
  const agent = await startAgent(t);
  await agent[Symbol.asyncDispose]();
  const { exitCode, answer } = await agent.call("ADD", config);
  assert.equal(exitCode, 1);
  assert.equal(answer?.code, 11);
  assert.match(String(answer?.msg), /does not answer/);
});

test("serveAgentSocket() takes over a dead agent's socket, refuses a living one's, and removes its own", async (t) => {
  const folder = temporaryFolder(t);
  const socket = join(folder, "agent.sock");
  writeFileSync(socket, "");
  const server = await serveAgentSocket(socket, new Map());
  await assert.rejects(serveAgentSocket(socket, new Map()), {
    message: `Cannot listen on "${socket}": another agent does`,
  });
  await server[Symbol.asyncDispose]();
  assert.equal(existsSync(socket), false);
});

test("serveAgentSocket() hands each plugin its own calls, and knows no others", async (t) => {
  const folder = temporaryFolder(t);
  const socket = join(folder, "agent.sock");
  const echo: OwnPlugin = async (call) => ({ status: 200, body: { saw: call } });
  await using _ = await serveAgentSocket(socket, new Map([["echo", echo]]));
  await installPlugins(join(folder, "bin"), ["echo", "gone"], socket);
  const { exitCode, answer } = await callScript(
    join(folder, "bin", "echo"),
    "CHECK",
    { bridge: "br 'x' $y" },
    { A: "b" },
  );
  assert.equal(exitCode, 0);
  assert.deepEqual(answer, {
    saw: {
      command: "CHECK",
      containerId: "c1",
      netns: "/run/netns/none",
      ifName: "eth0",
      args: { IgnoreUnknown: "1", A: "b" },
      config: { bridge: "br 'x' $y" },
    },
  });
  assert.equal((await callScript(join(folder, "bin", "gone"), "ADD", {}, {})).exitCode, 1);
});

test("serveAgentSocket() answers also a call that takes a while", async (t) => {
  const folder = temporaryFolder(t);
  const socket = join(folder, "agent.sock");
  const slow: OwnPlugin = async (call, signal) => {
    await delay(300, undefined, { signal });
    return { status: 200, body: { saw: call.ifName } };
  };
  await using _ = await serveAgentSocket(socket, new Map([["slow", slow]]));
  await installPlugins(join(folder, "bin"), ["slow"], socket);
  assert.deepEqual(await callScript(join(folder, "bin", "slow"), "ADD", {}, {}), {
    exitCode: 0,
    answer: { saw: "eth0" },
  });
});

test("renderPluginScript() refuses a socket path that a shell could read as something else", () => {
  assert.throws(() => renderPluginScript("ovs", "/run/$(reboot)/agent.sock"), RangeError);
});

interface Answer {
  readonly code?: number;
  readonly msg?: string;
  readonly ips?: unknown;
  readonly supportedVersions?: readonly string[];
}

interface Agent extends AsyncDisposable {
  readonly ipam: Ipam;
  readonly call: (
    command: string,
    input: unknown,
    args?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly exitCode: number | null; readonly answer: Answer | undefined }>;
}

/** An allocator behind its socket, called through the installed script as a CNI plugin would be. */
async function startAgent(t: TestContext): Promise<Agent> {
  const folder = temporaryFolder(t);
  const ipam = openIpam(openSqliteJournal(join(folder, "ipam.db")));
  await ipam.putPool({ name: "pods", subnet: "10.244.0.0/24", gateway: "10.244.0.1" });
  const socket = join(folder, "agent.sock");
  const context = { ipam, identify, defaultPools: [["pods"]] };
  const spiderpool: OwnPlugin = (call) => answerIpamCall(call, context);
  const server = await serveAgentSocket(socket, new Map([["spiderpool", spiderpool]]));
  await installPlugins(join(folder, "bin"), ["spiderpool"], socket);
  return {
    ipam,
    call: (command, input, args = {}) => {
      const pod = { K8S_POD_NAMESPACE: "default", K8S_POD_NAME: "web", K8S_POD_UID: "uid-1", ...args };
      return callScript(join(folder, "bin", "spiderpool"), command, input, pod);
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      ipam[Symbol.dispose]();
    },
  };
}

async function callScript(
  path: string,
  command: string,
  input: unknown,
  args: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | null; readonly answer: Answer | undefined }> {
  const child = spawn(path, {
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      CNI_COMMAND: command,
      CNI_CONTAINERID: "c1",
      CNI_NETNS: "/run/netns/none",
      CNI_IFNAME: "eth0",
      CNI_ARGS: ["IgnoreUnknown=1", ...Object.entries(args).map((pair) => pair.join("="))].join(";"),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(input));
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { exitCode, answer: output === "" ? undefined : (JSON.parse(output) as Answer) };
}

/** Launcher pods belong to a VM named like them without `-launcher`; all others are their own. */
async function identify({ namespace, name, uid }: PodReference): Promise<PodIdentity | undefined> {
  if (name === "unknown") return undefined;
  const isKept = name.endsWith("-launcher");
  const holder = { podUid: uid, podName: name, node: "n1" };
  return { owner: { namespace, name: name.replace(/-launcher$/, "") }, holder, isKept };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-server-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
