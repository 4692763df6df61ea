import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { run } from "@peapod/machinery/node";
import { ensureBinding, removeBinding } from "../../binding/ensure.ts";
import { startFakeGuest } from "../../testing/fake-guest.ts";
import { bodyOf, get, optionsOf, request, temporaryFolder, wire } from "../../testing/guest-world.ts";
import { makeLan } from "../../testing/lan.ts";
import { isInOwnNamespaces } from "../../testing/own-namespaces.ts";
import { planBridged } from "../../testing/plan-bridged.ts";
import { openTestNode } from "../../testing/test-node.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("a masqueraded guest on an underlay network answers its node and the LAN, each the way it asked", async (t) => {
    const folder = temporaryFolder(t);
    await using lan = await makeLan({ nic: "ens192", gateway: ["10.7.0.1/16"], node: ["10.7.120.11/16"] });
    const ipam = { type: "spiderpool", default_ipv4_ippool: ["seven"] };
    const plugins = [{ type: "macvlan", master: "ens192", mode: "bridge", ipam }, { type: "coordinator" }];
    const config = JSON.stringify({ cniVersion: "0.4.0", plugins });
    const nads = [{ metadata: { namespace: "kube-system", name: "mac7" }, spec: { config } }];
    await using node = await openTestNode({ folder, nads });
    const [subnet, gateway] = ["10.7.0.0/16", "10.7.0.1"];
    await node.network.ipam.putPool({ name: "seven", subnet, gateway, ips: ["10.7.120.100"] });
    await using undo = new AsyncDisposableStack();
    const pod = await node.addPod("web", { annotations: { "v1.multus-cni.io/default-network": "mac7" } });
    undo.defer(() => pod.remove());
    const plan = planBridged(await request(pod, { masquerade: {} }));
    const { mac } = await ensureBinding(plan, optionsOf(pod));
    undo.defer(() => removeBinding(plan, optionsOf(pod)));
    const guest = undo.use(await startFakeGuest({ ...wire(pod, plan, join(folder, "guest")), mac }));
    await guest.dhcp();
    await guest.serve(80, "hello");
    const fetched = async (ask: (argv: readonly string[]) => Promise<string>) =>
      bodyOf(await ask(get("10.7.120.100:80")));
    assert.equal(await fetched(async (argv) => (await run(argv)).stdout), "hello");
    assert.equal(await fetched((argv) => lan.run(...argv)), "hello");
    // From an address of the node that the pod has no route to: only the connection's mark leads back.
    await run("ip address add 172.30.0.1/32 dev lo".split(" "));
    const from = `printf 'GET / HTTP/1.0\r\n\r\n' | socat -t5 - TCP:10.7.120.100:80,bind=172.30.0.1,connect-timeout=5`;
    assert.equal(await fetched(async () => (await run(["sh", "-c", from])).stdout), "hello");
  });
}
