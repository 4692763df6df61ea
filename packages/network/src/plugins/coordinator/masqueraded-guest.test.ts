import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { ensureBinding, removeBinding } from "../../binding/ensure.ts";
import { startFakeGuest } from "../../testing/fake-guest.ts";
import { bodyOf, get, optionsOf, request, temporaryFolder, wire } from "../../testing/guest-world.ts";
import { makeLan } from "../../testing/lan.ts";
import { isInOwnNamespaces } from "../../testing/own-namespaces.ts";
import { planBridged } from "../../testing/plan-bridged.ts";
import { openTestNode } from "../../testing/test-node.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("a masqueraded guest with a second interface on the LAN answers the LAN by the interface that was asked", async (t) => {
    await using world = await makeWorld(t, { "k8s.v1.cni.cncf.io/networks": "kube-system/mac7@pod37a8eec1ce1" });
    const { lan, guest, fetched } = world;
    await guest.serve(80, "hello");
    // As a service leads there: who translates what is asked has to see what is answered.
    const nft = `table ip test {
      chain services {
        type nat hook prerouting priority dstnat;
        ip daddr 10.96.0.10 dnat to 10.244.0.2
      }
    }
`;
    await run(["nft", "-f", "-"], { input: nft });
    await lan.run(..."ip route add 10.96.0.0/12 via 10.7.120.11".split(" "));
    const answer = fetched("10.96.0.10", (argv) => lan.run(...argv));
    assert.equal(await answer.finally(() => run(["nft", "delete", "table", "ip", "test"])), "hello");
    assert.equal(await fetched("10.244.0.2", async (argv) => (await run(argv)).stdout), "hello");
    await lan.run("busybox", "ping", "-c", "1", "-W", "3", "10.7.120.100");
  });

  test("a masqueraded guest on an underlay network answers its node and the LAN, each the way it asked", async (t) => {
    await using world = await makeWorld(t, { "v1.multus-cni.io/default-network": "mac7" });
    const { lan, guest } = world;
    const fetched = (ask: Parameters<typeof world.fetched>[1]) => world.fetched("10.7.120.100", ask);
    await guest.serve(80, "hello");
    assert.equal(await fetched(async (argv) => (await run(argv)).stdout), "hello");
    assert.equal(await fetched((argv) => lan.run(...argv)), "hello");
    // From an address of the node that the pod has no route to: only the connection's mark leads back.
    await run("ip address add 172.30.0.1/32 dev lo".split(" "));
    const from = `printf 'GET / HTTP/1.0\r\n\r\n' | socat -t5 - TCP:10.7.120.100:80,bind=172.30.0.1,connect-timeout=5`;
    assert.equal(await fetched(async () => (await run(["sh", "-c", from])).stdout), "hello");
  });
}

/** A node on a LAN, and on it a pod with a masqueraded guest behind its first interface. */
async function makeWorld(t: TestContext, annotations: Readonly<Record<string, string>>) {
  await using undo = new AsyncDisposableStack();
  const folder = temporaryFolder(t);
  const lan = undo.use(await makeLan({ nic: "ens192", gateway: ["10.7.0.1/16"], node: ["10.7.120.11/16"] }));
  const ipam = { type: "spiderpool", default_ipv4_ippool: ["seven"] };
  const plugins = [{ type: "macvlan", master: "ens192", mode: "bridge", ipam }, { type: "coordinator" }];
  const config = JSON.stringify({ cniVersion: "0.4.0", plugins });
  const nads = [{ metadata: { namespace: "kube-system", name: "mac7" }, spec: { config } }];
  const node = undo.use(await openTestNode({ folder, nads }));
  const [subnet, gateway] = ["10.7.0.0/16", "10.7.0.1"];
  await node.network.ipam.putPool({ name: "seven", subnet, gateway, ips: ["10.7.120.100"] });
  const pod = await node.addPod("web", { annotations });
  undo.defer(() => pod.remove());
  const plan = planBridged(await request(pod, { masquerade: {} }));
  const { mac } = await ensureBinding(plan, optionsOf(pod));
  undo.defer(() => removeBinding(plan, optionsOf(pod)));
  const guest = undo.use(await startFakeGuest({ ...wire(pod, plan, join(folder, "guest")), mac }));
  await guest.dhcp();
  const all = undo.move();
  return {
    lan,
    guest,
    fetched: async (address: string, ask: (argv: readonly string[]) => Promise<string>) =>
      bodyOf(await ask(get(`${address}:80`))),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
