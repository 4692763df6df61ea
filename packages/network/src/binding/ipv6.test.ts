import assert from "node:assert/strict";
import test from "node:test";
import { bodyOf, fetchFrom, get, makeWorld, ping } from "../testing/guest-world.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import type { TestPod } from "../testing/test-node.ts";

/** The distribution's bridge with addresses of both families. */
const config = {
  cniVersion: "1.0.0",
  type: "bridge",
  bridge: "ppabc123six",
  isGateway: true,
  ipam: {
    type: "host-local",
    dataDir: "/run/test-ipv6",
    ranges: [[{ subnet: "10.9.0.0/24" }], [{ subnet: "fd00:9::/64" }]],
    routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
  },
};
const nad = { metadata: { namespace: "default", name: "six" }, spec: { config: JSON.stringify(config) } };

if (isInOwnNamespaces(import.meta.url)) {
  test("a bridged guest has its pod's IPv6 address, and a default route through its pod", async (t) => {
    await using world = await makeWorld(t, { bridge: {} }, { nad });
    const { guest, client, attachment } = world;
    const said = await guest.dhcp();
    const own = await guest.dhcp6();
    assert.deepEqual(attachment.ipAddresses, [said["ip"], own]);
    await guest.serve(80, "hello from the guest");
    assert.equal(await fetchFrom(client, `[${own}]:80`), "hello from the guest");
    assert.equal(bodyOf(await guest.run(...get(`[${own}]:80`))), "hello from the guest");
    for (const address of ["fd00:9::1", addressOf(client), "10.9.0.1"]) await guest.run(...ping(address));
    await client.run(...ping(own));
    const addresses = await guest.run("ip", "-6", "-brief", "address", "show", "dev", "eth0");
    assert.equal(addresses.match(/fd\w\w:/g)?.length, 1, `no address but its pod's: ${addresses}`);
    assert.doesNotMatch(await client.run("ip", "-6", "route"), /proto ra/, "nobody else hears of the router");
  });

  test("a masqueraded guest has an IPv6 address of its own, and is reached through its pod's", async (t) => {
    await using world = await makeWorld(t, { masquerade: {} }, { nad });
    const { guest, client, pod } = world;
    await guest.dhcp();
    assert.equal(await guest.dhcp6(), "fd10:0:2::2");
    await guest.serve(80, "hello from the guest");
    assert.equal(await fetchFrom(client, `[${addressOf(pod)}]:80`), "hello from the guest");
    for (const address of ["fd00:9::1", addressOf(client)]) await guest.run(...ping(address));
    await client.run(...ping(addressOf(pod)));
  });

  test("a masqueraded guest in a /64 needs no DHCPv6", async (t) => {
    await using world = await makeWorld(t, { masquerade: {} }, { nad, vmIPv6NetworkCIDR: "fd10:0:3::/64" });
    const { guest, client, pod } = world;
    await guest.dhcp();
    await guest.serve(80, "hello from the guest");
    await guest.hasAddress("fd10:0:3::aaff:fe00:bbcc");
    assert.equal(await fetchFrom(client, `[${addressOf(pod)}]:80`), "hello from the guest");
    await guest.run(...ping("fd00:9::1"));
  });
}

/** A pod's IPv6 address. */
function addressOf(pod: TestPod): string {
  const [podInterface] = pod.interfaces;
  return podInterface?.addresses.find((address) => address.includes(":"))?.replace(/\/.*/, "") ?? "";
}
