import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { inventory } from "../host/inventory.ts";
import { observeLinks } from "../link/namespace.ts";
import { probeStandIn } from "../link/stand-in.ts";
import { startFakeGuest } from "../testing/fake-guest.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { openTestNode, type TestNode, type TestPod, type TestPodOptions } from "../testing/test-node.ts";
import { dnsmasqFiles, findDnsmasq } from "./dnsmasq.ts";
import { type BindingOptions, ensureBinding, removeBinding } from "./ensure.ts";
import { readLeases, watchLease } from "./lease.ts";
import { planBinding } from "./plan.ts";
import type { BindingPlan, BindingRequest } from "./types.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("a masqueraded guest is told its private address, and is reached through its pod's", async (t) => {
    await using world = await makeWorld(t, { masquerade: {} });
    const { guest, pod, client, attachment } = world;
    const said = await guest.dhcp();
    assert.deepEqual(pick(said, ["ip", "mask", "router", "mtu", "hostname", "dns", "domain", "search"]), {
      ip: "10.0.2.2",
      mask: "24",
      router: "10.0.2.1",
      mtu: "1500",
      hostname: "vm-web",
      dns: "10.96.0.10 1.1.1.1",
      domain: "default.svc.cluster.local",
      search: "default.svc.cluster.local cluster.local",
    });
    assert.deepEqual(attachment.ipAddresses, ["10.244.0.2"]);
    await guest.serve(80, "hello from the guest");
    assert.equal(await fetchFrom(client, "10.244.0.2:80"), "hello from the guest");
    assert.equal(await fetchFrom(pod, "127.0.0.1:80"), "hello from the guest");
    assert.equal((await run(wget("10.244.0.2:80"))).stdout, "hello from the guest"); // from the machine
    await guest.run(...ping("10.244.0.3"));
    await guest.run(...ping("10.244.0.1"));
    await client.run(...ping("10.244.0.2"));
  });

  test("a masqueraded guest with ports is reached at those alone", async (t) => {
    const ports = [{ port: 80 }, { port: 5353, protocol: "UDP" }];
    const portRanges = [{ start: 8000, end: 8001, protocol: "TCP" }];
    await using world = await makeWorld(t, { masquerade: {}, ports, portRanges });
    const { guest, client, pod } = world;
    await guest.dhcp();
    for (const port of [80, 81, 8001]) await guest.serve(port, `port ${port}`);
    assert.equal(await fetchFrom(client, "10.244.0.2:80"), "port 80");
    assert.equal(await fetchFrom(client, "10.244.0.2:8001"), "port 8001");
    assert.equal(await fetchFrom(pod, "127.0.0.1:80"), "port 80");
    await assert.rejects(fetchFrom(client, "10.244.0.2:81"));
    await assert.rejects(fetchFrom(pod, "127.0.0.1:81"));
  });

  test("two masqueraded guests with one private address reach each other by their pods' addresses", async (t) => {
    await using world = await makeWorld(t, { masquerade: {} });
    await using other = await addGuest(world.node, t, "db", { masquerade: {} });
    await world.guest.dhcp();
    await other.guest.dhcp();
    await world.guest.serve(80, "web");
    await other.guest.serve(80, "db");
    assert.equal((await other.guest.run(...wget("10.244.0.2:80"))).toString(), "web");
    assert.equal((await world.guest.run(...wget(`${other.attachment.ipAddresses[0]}:80`))).toString(), "db");
  });

  test("a bridged guest takes over its pod's MAC and address, and everybody reaches it there", async (t) => {
    const dhcpOptions = {
      bootFileName: "pxelinux.0,really",
      tftpServerName: "10.9.9.9",
      ntpServers: ["10.8.8.8", "10.8.8.9"],
      privateOptions: [
        { option: 224, value: "12" },
        { option: 225, value: 'a,"b"\\' },
      ],
    };
    await using world = await makeWorld(t, { bridge: {}, dhcpOptions });
    const { guest, pod, client, attachment } = world;
    const said = await guest.dhcp();
    const names = [
      "ip",
      "mask",
      "router",
      "staticroutes",
      "mtu",
      "hostname",
      "dns",
      "ntpsrv",
      "tftp",
      "bootfile",
      "opt224",
      "opt225",
    ];
    assert.deepEqual(pick(said, names), {
      ip: "10.244.0.2",
      mask: "24",
      router: "10.244.0.1",
      staticroutes: "0.0.0.0/0 10.244.0.1",
      mtu: "1500",
      hostname: "vm-web",
      dns: "10.96.0.10 1.1.1.1",
      ntpsrv: "10.8.8.8 10.8.8.9",
      tftp: "10.9.9.9",
      bootfile: "pxelinux.0,really",
      opt224: Buffer.from("12").toString("hex"),
      opt225: Buffer.from('a,"b"\\').toString("hex"),
    });
    assert.equal(attachment.mac, pod.interfaces[0]?.mac);
    assert.deepEqual(attachment.ipAddresses, ["10.244.0.2"]);
    await guest.serve(80, "bridged");
    assert.equal(await fetchFrom(client, "10.244.0.2:80"), "bridged");
    assert.equal((await run(wget("10.244.0.2:80"))).stdout, "bridged");
    await guest.run(...ping("10.244.0.3"));
    const links = await observeLinks(`/run/netns/${pod.netns}`);
    const standIn = links.find(({ name }) => name === "eth0");
    assert.deepEqual([standIn?.mac, standIn?.addresses, standIn?.isUp], [attachment.mac, ["10.244.0.2/24"], false]);
    assert.notEqual(links.find(({ name }) => name === "eth0-nic")?.mac, attachment.mac);
  });

  test("bridged guests are answered by their own pod's server, though all hear each other's broadcasts", async (t) => {
    await using world = await makeWorld(t, { bridge: {} });
    await using other = await addGuest(world.node, t, "db", { bridge: {} });
    const [first, second] = await Promise.all([world.guest.dhcp(), other.guest.dhcp()]);
    assert.deepEqual([first["ip"], second["ip"]], world.attachment.ipAddresses.concat(other.attachment.ipAddresses));
    await world.guest.run(...ping(second["ip"] ?? ""));
    assert.equal((await readLeases(other.attachment.leaseFile ?? "")).length, 1);
  });

  test("a bridged guest's DHCP never leaves its pod, so no stranger's server on the network hears or answers it", async (t) => {
    await using world = await makeWorld(t, { bridge: {} });
    await using stranger = await startStranger(t, "ppabc123br", "10.244.0.200");
    assert.equal((await world.guest.dhcp())["ip"], "10.244.0.2");
    assert.doesNotMatch(stranger.heard(), /DISCOVER/);
    await world.client.run(
      "busybox",
      "udhcpc",
      "-i",
      "eth0",
      "-f",
      "-q",
      "-n",
      "-t",
      "5",
      "-T",
      "1",
      "-s",
      "/bin/true",
    );
    assert.match(stranger.heard(), /DISCOVER/); // it can hear
  });

  test("a bridged guest whose pod has a /32 behind a link-local gateway gets the route to that gateway too", async (t) => {
    const folder = temporaryFolder(t);
    await using node = await openTestNode({ folder });
    const pod = await node.addPod("web");
    const [eth0] = pod.interfaces;
    assert.ok(eth0);
    // As Calico would have made it: the machine answers for a gateway that no subnet has.
    for (const command of [
      "address flush dev eth0",
      "address add 10.244.0.2/32 dev eth0",
      "route add 169.254.1.1 dev eth0",
      "route add default via 169.254.1.1",
    ]) {
      await pod.run("ip", ...command.split(" "));
    }
    await run(["ip", "address", "add", "169.254.1.1/32", "dev", "ppabc123br"]);
    const podInterface = {
      ...eth0,
      addresses: ["10.244.0.2/32"],
      gateways: ["169.254.1.1"],
      routes: [{ destination: "169.254.1.1/32" }, { destination: "0.0.0.0/0", gateway: "169.254.1.1" }],
    };
    const plan = planBinding({ ...(await request(pod, { bridge: {} })), podInterface });
    const attachment = await ensureBinding(plan, optionsOf(pod));
    await using guest = await startFakeGuest({ ...wire(pod, plan, folder), mac: attachment.mac });
    const said = await guest.dhcp();
    assert.deepEqual(pick(said, ["ip", "mask", "staticroutes", "router"]), {
      ip: "10.244.0.2",
      mask: "32",
      staticroutes: "169.254.1.1/32 0.0.0.0 0.0.0.0/0 169.254.1.1",
    });
    await guest.run(...ping("10.244.0.1"));
    await removeBinding(plan, optionsOf(pod));
    await pod.remove();
  });

  test("a bridged guest in a network without addresses of ours sees that network's own DHCP server", async (t) => {
    const config = { cniVersion: "1.0.0", type: "bridge", bridge: "ppabc123lan", ipam: {} };
    const nad = { metadata: { namespace: "default", name: "lan" }, spec: { config: JSON.stringify(config) } };
    const folder = temporaryFolder(t);
    await using node = await openTestNode({ folder, nads: [nad] });
    const pod = await node.addPod("web", {
      annotations: { "k8s.v1.cni.cncf.io/networks": '[{"name":"lan","interface":"pod37a8eec1ce1"}]' },
    });
    const plan = planBinding(await request(pod, { bridge: {} }, 1));
    assert.equal(plan.dhcp, undefined);
    const attachment = await ensureBinding(plan, optionsOf(pod));
    assert.equal(attachment.leaseFile, undefined);
    await run(["ip", "address", "add", "192.168.5.1/24", "dev", "ppabc123lan"]);
    await using _ = await startStranger(t, "ppabc123lan", "192.168.5.9");
    await using guest = await startFakeGuest({ ...wire(pod, plan, folder), mac: attachment.mac });
    assert.equal((await guest.dhcp())["ip"], "192.168.5.9");
    await guest.run(...ping("192.168.5.1"));
    await removeBinding(plan, optionsOf(pod));
    await pod.remove();
  });

  for (const kind of ["masquerade", "bridge"] as const) {
    test(`ensureBinding() of ${kind} may be called again at any time and finishes what died half-way`, async (t) => {
      const folder = temporaryFolder(t);
      await using node = await openTestNode({ folder });
      const pod = await node.addPod("web");
      const plan = planBinding(await request(pod, { [kind]: {} }));
      const whole = await ensureBinding(plan, optionsOf(pod));
      const after = await shapeOf(pod);
      const pid = await findDnsmasq(dnsmasqFiles(pod.runDir, "eth0"));
      assert.deepEqual(await ensureBinding(plan, optionsOf(pod)), whole);
      assert.deepEqual(await shapeOf(pod), after);
      assert.equal(await findDnsmasq(dnsmasqFiles(pod.runDir, "eth0")), pid);
      await removeBinding(plan, optionsOf(pod));
      // Every prefix of the commands is what a death may leave.
      const { planWiring } = await import("./wiring/plan.ts");
      const lines = planWiring(plan, await observeLinks(pod.place.netnsPath));
      const all = [...lines.make, ...lines.raise];
      for (let count = 1; count < all.length; count += 1) {
        for (const line of all.slice(0, count)) await pod.run("ip", ...line.split(" "));
        await ensureBinding(plan, optionsOf(pod));
        assert.deepEqual(await shapeOf(pod), after, `after "${all[count - 1]}"`);
        await removeBinding(plan, optionsOf(pod));
      }
      await pod.remove();
    });
  }

  test("removeBinding() leaves the pod as CNI made it, and is done when there is nothing", async (t) => {
    await using node = await openTestNode({ folder: temporaryFolder(t) });
    const pod = await node.addPod("web");
    const before = await shapeOf(pod);
    for (const spec of [{ masquerade: {} }, { bridge: {} }]) {
      const plan = planBinding(await request(pod, spec));
      await ensureBinding(plan, optionsOf(pod));
      await removeBinding(plan, optionsOf(pod));
      assert.deepEqual(await shapeOf(pod), before);
      await pod.run(...ping("10.244.0.1"));
      await removeBinding(plan, optionsOf(pod));
    }
    const plan = planBinding(await request(pod, { bridge: {} }));
    await ensureBinding(plan, optionsOf(pod));
    await pod.remove();
    await removeBinding(plan, optionsOf(pod)); // the namespace is gone, the server is not
    assert.deepEqual((await inventory(node.instance)).processes, []);
    assert.deepEqual((await inventory(node.instance)).runFiles, ["/run/peapod/abc123/agent.sock"]);
  });

  test("ensureBinding() passes on what dnsmasq says when it cannot start", async (t) => {
    await using node = await openTestNode({ folder: temporaryFolder(t) });
    const pod = await node.addPod("web");
    const plan = planBinding(await request(pod, { masquerade: {} }));
    assert.ok(plan.dhcp);
    const broken = { ...plan, dhcp: { ...plan.dhcp, nameservers: ["no address"] } };
    await assert.rejects(ensureBinding(broken, optionsOf(pod)), /dnsmasq: bad/);
    await removeBinding(plan, optionsOf(pod));
    await pod.remove();
  });

  test("watchLease() tells of a lease when the guest takes it", async (t) => {
    await using world = await makeWorld(t, { masquerade: {} });
    const stop = new AbortController();
    const leases = watchLease(world.attachment.leaseFile ?? "", stop.signal);
    assert.deepEqual((await leases.next()).value, []);
    const next = leases.next();
    await world.guest.dhcp();
    assert.deepEqual((await next).value, [
      { mac: world.attachment.mac, address: "10.0.2.2", hostname: "vm-web", expiresAt: undefined },
    ]);
    stop.abort();
    assert.equal((await leases.next()).done, true);
  });
}

/** A DHCP server on the machine that gives one address to whoever asks on a link. */
async function startStranger(t: TestContext, link: string, address: string) {
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

interface World extends AsyncDisposable {
  readonly node: TestNode;
  readonly pod: TestPod;
  readonly guest: Awaited<ReturnType<typeof startFakeGuest>>;
  readonly attachment: Awaited<ReturnType<typeof ensureBinding>>;
  /** Another pod of the same network. */
  readonly client: TestPod;
}

type Spec = Omit<BindingRequest["interfaceSpec"], "name">;

/** A node with a guest behind the binding, and a pod that talks to it. */
async function makeWorld(t: TestContext, spec: Spec): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const node = undo.use(await openTestNode({ folder: temporaryFolder(t) }));
  const guest = undo.use(await addGuest(node, t, "web", spec));
  const client = await node.addPod("client");
  undo.defer(() => client.remove());
  const all = undo.move();
  return { node, client, ...guest, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function addGuest(node: TestNode, t: TestContext, name: string, spec: Spec, options?: TestPodOptions) {
  await using undo = new AsyncDisposableStack();
  const pod = await node.addPod(name, options);
  undo.defer(() => pod.remove());
  const plan = planBinding(await request(pod, spec));
  const attachment = await ensureBinding(plan, optionsOf(pod));
  undo.defer(() => removeBinding(plan, optionsOf(pod)));
  const guest = undo.use(await startFakeGuest({ ...wire(pod, plan, temporaryFolder(t)), mac: attachment.mac }));
  const all = undo.move();
  return { pod, guest, attachment, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function request(pod: TestPod, spec: Spec, index = 0): Promise<BindingRequest> {
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

function optionsOf(pod: TestPod): BindingOptions {
  return { netnsPath: pod.place.netnsPath, runDir: pod.runDir };
}

function wire(pod: TestPod, plan: BindingPlan, folder: string) {
  return { name: `guest-${pod.place.name}`, podNetns: pod.netns, tap: plan.tapName, folder: join(folder, "guest") };
}

/** Everything of a pod's links and rules that should be the same whenever the same has been done. */
async function shapeOf(pod: TestPod): Promise<unknown> {
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

function pick(said: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]])));
}

async function fetchFrom(pod: TestPod, target: string): Promise<string> {
  return await pod.run(...wget(target));
}

function wget(target: string): string[] {
  return ["busybox", "timeout", "5", "busybox", "wget", "-q", "-O", "-", `http://${target}/`];
}

function ping(address: string): string[] {
  return ["busybox", "ping", "-c", "1", "-W", "5", address];
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-binding-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
