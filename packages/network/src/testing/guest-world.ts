import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { type BindingOptions, ensureBinding, removeBinding } from "../binding/ensure.ts";
import type { BindingRequest, BridgedPlan } from "../binding/types.ts";
import { observeLinks } from "../link/namespace.ts";
import { probeStandIn } from "../link/stand-in.ts";
import type { NetworkAttachment } from "../render/cni-config.ts";
import { startFakeGuest } from "./fake-guest.ts";
import { planBridged } from "./plan-bridged.ts";
import { openTestNode, type TestNode, type TestPod } from "./test-node.ts";

/** A DHCP server on the machine that gives one address to whoever asks on a link. */
export async function startStranger(t: TestContext, link: string, address: string) {
  const folder = temporaryFolder(t);
  const flags = ["--port=0", "--conf-file=/dev/null", "--bind-dynamic", "--no-ping", "--log-dhcp"];
  const files = ["leasefile", "pid", "log"].map((name) => join(folder, name));
  const [leases = "", pid = "", log = ""] = files;
  await run([
    "dnsmasq",
    ...flags,
    `--interface=${link}`,
    `--dhcp-range=${address},${address}`,
    `--dhcp-leasefile=${leases}`,
    `--pid-file=${pid}`,
    `--log-facility=${log}`,
  ]);
  return {
    heard: () => readFileSync(log, "utf8"),
    [Symbol.asyncDispose]: async () => void process.kill(Number(readFileSync(pid, "utf8"))),
  };
}

export interface World extends AsyncDisposable {
  readonly node: TestNode;
  readonly pod: TestPod;
  readonly guest: Awaited<ReturnType<typeof startFakeGuest>>;
  readonly attachment: Awaited<ReturnType<typeof ensureBinding>>;
  /** Another pod of the same network. */
  readonly client: TestPod;
}

export type Spec = Omit<BindingRequest["interfaceSpec"], "name">;

/** A node with a guest behind the binding, and a pod that talks to it. */
export async function makeWorld(t: TestContext, spec: Spec, network: GuestNetwork = {}): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const node = undo.use(await openTestNode({ folder: temporaryFolder(t), nads: network.nad ? [network.nad] : [] }));
  const guest = undo.use(await addGuest(node, t, "web", spec, network));
  const client = await node.addPod("client", annotationsOf(network));
  undo.defer(() => client.remove());
  const all = undo.move();
  return { node, client, ...guest, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** A network in place of the pod network. */
export interface GuestNetwork {
  readonly nad?: NetworkAttachment;
  readonly vmIPv6NetworkCIDR?: string;
}

function annotationsOf({ nad }: GuestNetwork) {
  if (!nad) return {};
  const { namespace, name } = nad.metadata;
  return { annotations: { "v1.multus-cni.io/default-network": `${namespace}/${name}` } };
}

export async function addGuest(node: TestNode, t: TestContext, name: string, spec: Spec, network: GuestNetwork = {}) {
  await using undo = new AsyncDisposableStack();
  const pod = await node.addPod(name, annotationsOf(network));
  undo.defer(() => pod.remove());
  const { vmIPv6NetworkCIDR } = network;
  const plan = planBridged({ ...(await request(pod, spec)), network: { name: "default", pod: { vmIPv6NetworkCIDR } } });
  const attachment = await ensureBinding(plan, optionsOf(pod));
  undo.defer(() => removeBinding(plan, optionsOf(pod)));
  const guest = undo.use(await startFakeGuest({ ...wire(pod, plan, temporaryFolder(t)), mac: attachment.mac }));
  const all = undo.move();
  return { pod, guest, attachment, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

export async function request(pod: TestPod, spec: Spec, index = 0): Promise<BindingRequest> {
  const podInterface = pod.interfaces[index];
  assert.ok(podInterface);
  return {
    interfaceSpec: { name: "default", ...spec },
    network: { name: "default", pod: {} },
    podInterface,
    index,
    mac: "02:00:aa:00:bb:cc",
    hostname: `vm-${pod.place.name}`,
    dns: { nameservers: ["10.96.0.10", "1.1.1.1"], search: ["default.svc.cluster.local", "cluster.local"] },
    uid: 1_879_052_289,
    standIn: await probeStandIn(),
  };
}

export function optionsOf(pod: TestPod): BindingOptions {
  return { netnsPath: pod.place.netnsPath, runDir: pod.runDir };
}

export function wire(pod: TestPod, plan: BridgedPlan, folder: string) {
  return { name: `guest-${pod.place.name}`, podNetns: pod.netns, tap: plan.tapName, folder: join(folder, "guest") };
}

/** Everything of a pod's links and rules that should be the same whenever the same has been done. */
export async function shapeOf(pod: TestPod): Promise<unknown> {
  const links = await observeLinks(pod.place.netnsPath);
  const routes = await pod.run("ip", "route");
  const rules = await pod.run("nft", "list", "ruleset");
  const shape = links
    .filter(({ name }) => name !== "lo")
    // A tap and the far end of a pair have MACs of chance, which link-local addresses follow.
    .map((link) => ({
      ...link,
      mac: /^tap|-peer$/.test(link.name) ? "" : link.mac,
      addresses: link.addresses.filter((a) => !a.startsWith("fe80")),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { shape, routes, rules };
}

export function pick(said: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]])));
}

export async function fetchFrom(pod: TestPod, target: string): Promise<string> {
  return bodyOf(await pod.run(...get(target)));
}

/** busybox's wget is not to be trusted when it is linked statically. */
export function get(target: string): string[] {
  const script = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | socat -t5 - "TCP:$1,connect-timeout=5"`;
  return ["sh", "-c", script, "sh", target];
}

export function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}

export function ping(address: string): string[] {
  return ["busybox", "ping", "-c", "1", "-W", "5", address];
}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-binding-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
