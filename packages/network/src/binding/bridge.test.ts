import assert from "node:assert/strict";
import test from "node:test";
import { run } from "@peapod/machinery/node";
import { parseLinkTable } from "../link/link-names.ts";
import { observeLinks } from "../link/namespace.ts";
import { startFakeGuest } from "../testing/fake-guest.ts";
import {
  addGuest,
  bodyOf,
  fetchFrom,
  get,
  makeWorld,
  optionsOf,
  pick,
  ping,
  request,
  startStranger,
  temporaryFolder,
  wire,
} from "../testing/guest-world.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { planBridged } from "../testing/plan-bridged.ts";
import { openTestNode } from "../testing/test-node.ts";
import { ensureBinding, removeBinding } from "./ensure.ts";
import { readLeases } from "./lease.ts";
import { readSeenAddresses } from "./seen-addresses.ts";

if (isInOwnNamespaces(import.meta.url)) {
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
    assert.equal(bodyOf((await run(get("10.244.0.2:80"))).stdout), "bridged");
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
    const plan = planBridged({ ...(await request(pod, { bridge: {} })), podInterface });
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
    const plan = planBridged(await request(pod, { bridge: {} }, 1));
    assert.equal(plan.dhcp, undefined);
    const attachment = await ensureBinding(plan, optionsOf(pod));
    assert.equal(attachment.leaseFile, undefined);
    await run(["ip", "address", "add", "192.168.5.1/24", "dev", "ppabc123lan"]);
    await using _ = await startStranger(t, "ppabc123lan", "192.168.5.9");
    await using guest = await startFakeGuest({ ...wire(pod, plan, folder), mac: attachment.mac });
    const copies = async () => parseLinkTable(await pod.run("cat", "/proc/self/net/dev")).get("lo");
    assert.equal(await copies(), 0);
    assert.equal((await guest.dhcp())["ip"], "192.168.5.9");
    await guest.run(...ping("192.168.5.1"));
    assert.notEqual(await copies(), 0);
    assert.equal(plan.addressWatch, "netdev peapod_37a8eec1ce1");
    assert.deepEqual(await readSeenAddresses(pod.place.netnsPath, plan.addressWatch), ["192.168.5.9"]);
    await removeBinding(plan, optionsOf(pod));
    await pod.remove();
  });
}
