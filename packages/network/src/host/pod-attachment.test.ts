import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { pluginLinkName } from "../plugins/names.ts";
import { planPodNetworks } from "../pod-networks/plan.ts";
import { renderDefaultNetwork } from "../render/default-network.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { openTestNode, type TestNode, type TestPod } from "../testing/test-node.ts";
import { inventory } from "./inventory.ts";
import { attachPod, detachLeftovers } from "./pod-attachment.ts";
import { findPortTroubles } from "./ports/find.ts";
import { reattachInterface } from "./reattach.ts";

const ranges = [[{ subnet: "10.66.0.0/24", gateway: "10.66.0.1" }]];
const ipam = { type: "host-local", ranges };
const lan = nad("lan", { type: "bridge", bridge: "lan0", isGateway: true, ipam });

if (isInOwnNamespaces(import.meta.url)) {
  test("an interface has the MAC of its earlier life, whether its plugin takes MACs or not", async (t) => {
    await using node = await openNode(t);
    const macs = rememberedMacs();
    const annotations = { "k8s.v1.cni.cncf.io/networks": "kube-system/ptp" };
    const first = await node.addPod("web", { annotations, macs });
    const seen = first.interfaces.map(({ mac }) => mac);
    await first.remove();
    const second = await node.addPod("web", { annotations, macs, uid: "another" });
    assert.deepEqual(
      second.interfaces.map(({ mac }) => mac),
      seen,
    );
    assert.equal(macs.known.size, 2);
    await second.run("busybox", "ping", "-c", "1", "-W", "5", "10.244.0.1");
    await second.remove();
  });

  test("an annotation's MAC goes before the remembered one, and is remembered", async (t) => {
    await using node = await openNode(t);
    const macs = rememberedMacs();
    macs.known.set("net1", "02:00:00:00:00:01");
    const annotations = {
      "k8s.v1.cni.cncf.io/networks": '[{"name":"ptp","namespace":"kube-system","mac":"02:00:00:00:00:05"}]',
    };
    const pod = await node.addPod("web", { annotations, macs });
    assert.equal(pod.interfaces[1]?.mac, "02:00:00:00:00:05");
    assert.equal(macs.known.get("net1"), "02:00:00:00:00:05");
    await pod.remove();
  });

  test("the network that asks for it has the pod's default route", async (t) => {
    await using node = await openNode(t);
    const network = { name: "lan", namespace: "kube-system", "default-route": ["10.66.0.1"] };
    const annotations = { "k8s.v1.cni.cncf.io/networks": JSON.stringify([network]) };
    const pod = await node.addPod("web", { annotations });
    assert.deepEqual(
      pod.interfaces.map(({ gateways }) => gateways),
      [[], ["10.66.0.1"]],
    );
    assert.equal((await pod.run("ip", "route", "show", "default")).trim(), "default via 10.66.0.1 dev net1");
    await pod.remove();
  });

  test("an interface that vanished while its pod was made is made again, with its address", async (t) => {
    await using node = await openNode(t);
    const pod = await node.addPod("web");
    await pod.run("ip", "link", "delete", "eth0");
    const known = renderDefaultNetwork();
    const requests = planPodNetworks({ namespace: "default", annotations: {} });
    const [again] = await attachPod(node.network, pod.place, requests, () => known);
    assert.deepEqual(again?.addresses, pod.interfaces[0]?.addresses);
    await pod.run("busybox", "ping", "-c", "1", "-W", "5", "10.244.0.1");
    await pod.remove();
  });

  test("reattachInterface() gives a standing pod its interface back with MAC and address, and leaves the others alone", async (t) => {
    await using node = await openNode(t);
    const annotations = { "k8s.v1.cni.cncf.io/networks": "kube-system/ptp" };
    const pod = await node.addPod("web", { annotations, macs: rememberedMacs() });
    const requests = planPodNetworks({ namespace: "default", annotations });
    const again = (
      isCut: boolean,
      nad = renderDefaultNetwork() as ReturnType<typeof renderDefaultNetwork> | undefined,
    ) => reattachInterface(node.network, pod.place, { requests, ifName: "eth0", nad, addresses: [], isCut });
    const other = await pod.run("ip", "-o", "link", "show", "net1");
    await pod.run("ip", "link", "delete", "eth0");
    for (const isCut of [false, false, true]) {
      const { name, mac, addresses, gateways } = await again(isCut);
      const [first] = pod.interfaces;
      assert.deepEqual([name, mac, addresses, gateways], [first?.name, first?.mac, first?.addresses, first?.gateways]);
      await pod.run("busybox", "ping", "-c", "1", "-W", "5", "10.244.0.1");
    }
    assert.equal(await pod.run("ip", "-o", "link", "show", "net1"), other);
    await pod.run("ip", "link", "delete", "eth0");
    const unnamed = await again(false, undefined);
    assert.deepEqual(unnamed.addresses, pod.interfaces[0]?.addresses, "its network as it was does as well");
    await pod.remove();
  });

  test("reattachInterface() keeps the address of a pool that gives out the next one in turn, and names what is to come back first", async (t) => {
    await using node = await openNode(t);
    await run("ip link add under type veth peer name over".split(" "));
    t.after(() => run("ip link delete under".split(" ")));
    const nad = renderMacvlan("under");
    const pod = await node.addPod("web");
    const annotations = { "k8s.v1.cni.cncf.io/networks": "macvlan" };
    const requests = planPodNetworks({ namespace: "kube-system", annotations });
    const attach = (addresses: readonly string[], network = nad) =>
      reattachInterface(node.network, pod.place, { requests, ifName: "net1", nad: network, addresses, isCut: false });
    const { addresses } = await attach([]);
    await run("ip link delete under".split(" "));
    await assert.rejects(attach(addresses), /parent interface "under" is not on this node/);
    await run("ip link add under type veth peer name over".split(" "));
    await assert.rejects(attach(addresses, renderMacvlan("under", "no such mode")), /no such mode/);
    assert.deepEqual((await attach(addresses)).addresses, addresses, "nor is it forgotten by an attempt that failed");
    await pod.remove();
  });

  test("reattachInterface() lets a plugin make its bridge again, and waits for one that is a user's", async (t) => {
    await using node = await openNode(t);
    const annotations = { "k8s.v1.cni.cncf.io/networks": "kube-system/lan" };
    const requests = planPodNetworks({ namespace: "default", annotations });
    const again = ({ place, interfaces }: TestPod) =>
      reattachInterface(node.network, place, {
        ...{ requests, ifName: "net1", nad: lan, isCut: true },
        addresses: interfaces[1]?.addresses ?? [],
      });
    const troubles = async ({ place }: TestPod) =>
      (await findPortTroubles(node.network)).get(place.uid)?.get("net1")?.is;
    const remove = () => run("ip link delete lan0".split(" "));
    {
      const pod = await node.addPod("plugins", { annotations });
      await remove();
      assert.equal(await troubles(pod), "loose");
      assert.deepEqual((await again(pod)).addresses, pod.interfaces[1]?.addresses);
      assert.equal(await troubles(pod), undefined);
      await pod.run("busybox", "ping", "-c", "1", "-W", "5", "10.66.0.1");
      await pod.remove();
    }
    await remove();
    await rm(join(node.network.defaults.stateDir, "made-bridges"), { recursive: true }); // as after another boot
    await run("ip link add lan0 type bridge".split(" "));
    const pod = await node.addPod("users", { annotations });
    await remove();
    await assert.rejects(again(pod), /network "kube-system\/lan" again: its bridge "lan0" is not on this node/);
    assert.equal(await troubles(pod), "loose", "nothing of it was touched");
    await run("ip link add lan0 type bridge".split(" "));
    assert.deepEqual((await again(pod)).addresses, pod.interfaces[1]?.addresses);
    assert.equal(await troubles(pod), undefined);
    await pod.remove();
    await remove();
  });

  test("detachLeftovers() takes away what belongs to no pod and no record", async (t) => {
    await using node = await openNode(t);
    const pod = await node.addPod("web", { annotations: { "v1.multus-cni.io/default-network": "coordinated" } });
    const lost = pluginLinkName("abc123", "c", "uid-gone", "veth0");
    await run(`ip link add name ${lost} type veth peer name theirs`.split(" "));
    await run(`ip link set dev ${lost} alias peapod/coordinated/uid-gone/eth0`.split(" "));
    const before = (await inventory("abc123")).links;
    assert.deepEqual(await detachLeftovers(node.network, () => true), []);
    assert.deepEqual(
      (await inventory("abc123")).links,
      before.filter((link) => link !== lost),
    );
    await pod.remove();
  });
}

async function openNode(t: TestContext): Promise<TestNode> {
  const folder = mkdtempSync(join(tmpdir(), "network-attachment-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const nads = [
    nad("ptp", { type: "ptp", ipam }),
    lan,
    nad("coordinated", { type: "ptp", ipam }, { type: "coordinator", mode: "underlay" }),
  ];
  await run("ip address add 192.0.2.1/32 dev lo".split(" ")).catch(() => {}); // there from the test before
  return await openTestNode({ folder, nads });
}

function nad(name: string, ...plugins: readonly object[]) {
  const config = JSON.stringify({ cniVersion: "0.4.0", plugins });
  return { metadata: { namespace: "kube-system", name }, spec: { config } };
}

function renderMacvlan(master: string, mode = "bridge") {
  const ipam = { type: "host-local", ranges: [[{ subnet: "10.67.0.0/24" }]] };
  return nad("macvlan", { type: "macvlan", master, mode, ipam });
}

function rememberedMacs() {
  const known = new Map<string, string>();
  return {
    known,
    recall: (ifName: string) => known.get(ifName),
    remember: async (ifName: string, mac: string) => void known.set(ifName, mac),
  };
}
