import assert from "node:assert/strict";
import test from "node:test";
import { inventory } from "../host/inventory.ts";
import { observeLinks } from "../link/namespace.ts";
import { makeWorld, optionsOf, ping, request, shapeOf, temporaryFolder } from "../testing/guest-world.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { planBridged } from "../testing/plan-bridged.ts";
import { openTestNode } from "../testing/test-node.ts";
import { dnsmasqFiles, findDnsmasq } from "./dnsmasq.ts";
import { ensureBinding, removeBinding } from "./ensure.ts";
import { watchLease } from "./lease.ts";
import { planBinding } from "./plan.ts";
import { readSeenAddresses } from "./seen-addresses.ts";
import { planWiring } from "./wiring/plan.ts";

if (isInOwnNamespaces(import.meta.url)) {
  for (const kind of ["masquerade", "bridge"] as const) {
    test(`ensureBinding() of ${kind} may be called again at any time and finishes what died half-way`, async (t) => {
      const folder = temporaryFolder(t);
      await using node = await openTestNode({ folder });
      const pod = await node.addPod("web");
      const plan = planBridged(await request(pod, { [kind]: {} }));
      const whole = await ensureBinding(plan, optionsOf(pod));
      const after = await shapeOf(pod);
      const pid = await findDnsmasq(dnsmasqFiles(pod.runDir, "eth0"));
      assert.deepEqual(await ensureBinding(plan, optionsOf(pod)), whole);
      assert.deepEqual(await shapeOf(pod), after);
      assert.equal(await findDnsmasq(dnsmasqFiles(pod.runDir, "eth0")), pid);
      await removeBinding(plan, optionsOf(pod));
      // Every prefix of the commands is what a death may leave.
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
      const plan = planBridged(await request(pod, spec));
      await ensureBinding(plan, optionsOf(pod));
      await removeBinding(plan, optionsOf(pod));
      assert.deepEqual(await shapeOf(pod), before);
      await pod.run(...ping("10.244.0.1"));
      await removeBinding(plan, optionsOf(pod));
    }
    const plan = planBridged(await request(pod, { bridge: {} }));
    await ensureBinding(plan, optionsOf(pod));
    await pod.remove();
    await removeBinding(plan, optionsOf(pod)); // the namespace is gone, the server is not
    assert.deepEqual((await inventory(node.instance)).processes, []);
    assert.deepEqual((await inventory(node.instance)).runFiles, ["/run/peapod/abc123/agent.sock"]);
  });

  test("a macvtap takes the pod's place on the wire, may be made twice, and gives it back", async (t) => {
    await using node = await openTestNode({ folder: temporaryFolder(t) });
    const pod = await node.addPod("web");
    const before = await shapeOf(pod);
    const asked = await request(pod, { macvtap: {} });
    const bare = { ...asked, podInterface: { ...asked.podInterface, addresses: [], gateways: [], routes: [] } };
    const attachment = await ensureBinding(planBinding(asked), optionsOf(pod));
    assert.deepEqual(attachment.backend, { type: "macvtap", ifName: "tap0" });
    const made = await shapeOf(pod);
    await ensureBinding(planBinding(asked), optionsOf(pod));
    assert.deepEqual(await shapeOf(pod), made);
    const links = await observeLinks(pod.place.netnsPath);
    const macOf = (name: string): string | undefined => links.find((link) => link.name === name)?.mac;
    assert.equal(macOf("tap0"), asked.podInterface.mac);
    assert.notEqual(macOf("eth0"), asked.podInterface.mac);
    await removeBinding(planBinding(asked), optionsOf(pod));
    assert.deepEqual(await shapeOf(pod), before);
    const { addressWatch = "" } = await ensureBinding(planBinding(bare), optionsOf(pod));
    assert.deepEqual(await readSeenAddresses(pod.place.netnsPath, addressWatch), []);
    await pod.remove();
  });

  test("ensureBinding() passes on what dnsmasq says when it cannot start", async (t) => {
    await using node = await openTestNode({ folder: temporaryFolder(t) });
    const pod = await node.addPod("web");
    const plan = planBridged(await request(pod, { masquerade: {} }));
    assert.ok(plan.dhcp?.ipv4);
    const broken = { ...plan, dhcp: { ...plan.dhcp, ipv4: { ...plan.dhcp.ipv4, nameservers: ["no address"] } } };
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
