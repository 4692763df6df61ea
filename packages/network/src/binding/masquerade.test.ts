import assert from "node:assert/strict";
import test from "node:test";
import { run } from "@peapod/machinery/node";
import { addGuest, bodyOf, fetchFrom, get, makeWorld, pick, ping } from "../testing/guest-world.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";

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
    assert.equal(bodyOf((await run(get("10.244.0.2:80"))).stdout), "hello from the guest"); // from the machine
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
    assert.equal(bodyOf(await other.guest.run(...get("10.244.0.2:80"))), "web");
    assert.equal(bodyOf(await world.guest.run(...get(`${other.attachment.ipAddresses[0]}:80`))), "db");
  });
}
