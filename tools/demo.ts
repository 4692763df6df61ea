/** `npm run demo`: from nothing to a guest that answers, each stage timed. A second run finds what is done and says so. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { type Client, createClient, isConditionTrue } from "@peapod/machinery";
import { createHttpsFetch, loadKubeconfig } from "@peapod/machinery/node";

const root = join(import.meta.dirname, "..");
const dataDir = process.env["PEAPOD_DATA_DIR"] ?? "/var/lib/peapod";
const kubeconfig = join(dataDir, "kubeconfig");
const manifest = "examples/vm-cirros.yaml";
const image = "quay.io/kubevirt/cirros-container-disk-demo";
const key = { namespace: "default", name: "vm-cirros" };
const env = { ...process.env, KUBECONFIG: kubeconfig, PEAPOD_DATA_DIR: dataDir };
const stageNames = ["scheduled", "network", "disks", "QEMU running", "guest answers"] as const;

const scratch = mkdtempSync(join(tmpdir(), "peapod-demo-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));

await stage("test guest", async () => {
  const disk = join(scratch, "guest.qcow2");
  const built = peapod("guest-image", disk);
  mkdirSync(dataDir, { recursive: true });
  peapod("image", "import", image, disk);
  return /built before/.test(built) ? "cached" : "cached for next time";
});
await stage("Peapod", async () => {
  if (await isUp()) return "already running";
  return peapod("up", "--detach").trim().split("\n")[0] ?? "";
});

const client = await connect();
const before = await client.find(VirtualMachine, key);
const applied = kubectl("apply", "-f", manifest);
console.log(`✓ ${applied.trim()}`);
const started = performance.now();
const address = before ? await waitUntilAnswers(client) : await showStages(client);

console.log("\n$ kubectl get vm,vmi,pod -o wide");
console.log(kubectl("get", "vm,vmi,pod", "-o", "wide").trimEnd());
console.log(`\n$ curl http://${address}/`);
console.log((await ask(address))?.trim());
const pod = await launcher(client);
const showLog = ["logs", pod?.metadata.name ?? "", "--tail=6"];
console.log(`\n$ kubectl ${showLog.join(" ")}          # its serial console`);
console.log(kubectl(...showLog).trimEnd());
console.log(`
It keeps running. Next:
  export KUBECONFIG=${kubeconfig}${" ".repeat(Math.max(1, 32 - kubeconfig.length))}then kubectl as you know it
  npx peapod console ${key.name}                      leave with Ctrl-]
  npx peapod stop ${key.name}                         and start it again with: npx peapod start ${key.name}
  npx peapod down                                   stops everything and leaves nothing behind`);

/** Watches objects go by and prints how long each stage took. */
async function showStages(client: Client): Promise<string> {
  const reached = new Map<(typeof stageNames)[number], { readonly atMs: number; readonly note?: string }>();
  const mark = (name: (typeof stageNames)[number], is: boolean, note?: string) => {
    if (is && !reached.has(name)) reached.set(name, { atMs: performance.now() - started, ...(note && { note }) });
  };
  let address = "";
  while (!reached.has("guest answers")) {
    const [vmi, pod] = await Promise.all([client.find(VirtualMachineInstance, key), launcher(client)]);
    mark("scheduled", pod?.spec?.nodeName !== undefined);
    mark("network", pod?.status?.podIP !== undefined, pod?.status?.podIP);
    mark("disks", isConditionTrue(pod?.status?.conditions, "ContainersReady"));
    mark("QEMU running", vmi?.status?.phase === "Running");
    address = vmi?.status?.interfaces?.[0]?.ipAddress ?? address;
    if (vmi?.status?.phase === "Running" && address) mark("guest answers", (await ask(address)) !== undefined);
    if (performance.now() - started > 300_000)
      fail(`the guest did not answer within five minutes\n${peapod("why", key.name)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let last = 0;
  for (const name of stageNames) {
    const { atMs = last, note = "" } = reached.get(name) ?? {};
    console.log(`    ${name.padEnd(16)}${((atMs - last) / 1000).toFixed(2).padStart(7)} s   ${note}`.trimEnd());
    last = atMs;
  }
  return address;
}

async function waitUntilAnswers(client: Client): Promise<string> {
  for (;;) {
    const vmi = await client.find(VirtualMachineInstance, key);
    const address = vmi?.status?.interfaces?.[0]?.ipAddress;
    if (address && (await ask(address)) !== undefined) return address;
    if (performance.now() - started > 300_000)
      fail(`the guest did not answer within five minutes\n${peapod("why", key.name)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function launcher(client: Client): Promise<Pod | undefined> {
  const { items } = await client.list(Pod, {
    namespace: key.namespace,
    labelSelector: `vm.kubevirt.io/name=${key.name}`,
  });
  return items.find((pod) => pod.metadata.deletionTimestamp === undefined);
}

async function ask(address: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(1_000) });
    return await answer.text();
  } catch {
    return undefined;
  }
}

async function stage(name: string, work: () => Promise<string>): Promise<void> {
  const from = performance.now();
  const note = await work();
  console.log(
    `✓ ${name.padEnd(16)}${((performance.now() - from) / 1000).toFixed(1).padStart(7)} s   ${note}`.trimEnd(),
  );
}

function peapod(...args: readonly string[]): string {
  return execute(join(root, "bin/peapod"), args);
}

function kubectl(...args: readonly string[]): string {
  return execute("kubectl", args);
}

function execute(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { env, cwd: root, encoding: "utf8" });
  if (error) fail(`cannot run ${program}: ${error.message}`);
  if (status !== 0) fail(`${program} ${args.join(" ")}\n${stderr}${stdout}`);
  return stdout;
}

async function connect(): Promise<Client> {
  return createClient({ fetch: createHttpsFetch(await loadKubeconfig({ path: kubeconfig, env: {} })).fetch });
}

async function isUp(): Promise<boolean> {
  try {
    await (await connect()).find(VirtualMachine, key);
    return true;
  } catch {
    return false; // no kubeconfig yet, or nobody answers
  }
}

function fail(because: string): never {
  console.error(`✗ ${because}`);
  process.exit(1);
}
