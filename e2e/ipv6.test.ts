/**
 * IPv6 with guests that ask for it: each binding on dual-stack networks, the address by DHCPv6, the default route by router
 * advertisement, and pages fetched in both directions.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualMachineInstance } from "@peapod/api";
import { eventually, guestImage, type Peapod, startPeapod } from "./harness.ts";
import { answers, type Host } from "./host.ts";
import { consoleOf, guestReference, machine, podOf } from "./machines.ts";
import { createSwitch } from "./ovs.ts";
import { createUnderlay } from "./underlay.ts";

test("guests behind each binding have IPv6 as their network has it, and keep their addresses", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.7.0.2/24", "fd07::2/64"] });
  const gateway = await lan.addHost("gw", ["10.7.0.1/24", "fd07::1/64"]);
  const neighbour = await lan.addHost("lanhost", ["10.7.0.9/24", "fd07::9/64"], "fd07::1");
  await using ovs = await createSwitch("br1");
  const in30 = await ovs.addHost("in30", ["10.30.0.1/24", "fd30::1/64"], 30);
  await using served = await createUnderlay({ nic: "ens224", addresses: ["10.8.0.2/24"] });
  const server = await served.addHost("server", ["10.8.0.1/24", "fd08::1/64"]);
  for (const router of [gateway, in30, server]) await router.run("ip", "address", "add", "fd99::1/128", "dev", "lo");
  const peapod = await startPeapod(t, { images: { [guestReference]: guestImage() } });
  await peapod.apply(networks);
  await serveIpv6(server, "fd08::200,fd08::2ff,64,1h");
  await serveIpv6(gateway, "fd07::,ra-only,64"); // as LANs have it: pods and their guests keep to their pools all the same

  const guests = [
    { name: "six-bridge", nic: { bridge: {} }, network: "vlan30", neighbour: "fd30::1" },
    { name: "six-masquerade", nic: { masquerade: {} }, network: "lan", neighbour: "fd07::9" },
    { name: "six-passt", nic: { passtBinding: {} }, network: "lan", neighbour: "fd07::9" },
    { name: "six-macvtap", nic: { macvtap: {} }, network: "served", neighbour: "fd08::1" },
  ] as const;
  for (const { name, nic, network, neighbour } of guests) {
    await peapod.apply(
      machine(name, {
        script: lookAround(neighbour),
        domain: { devices: { interfaces: [{ name: "default", ...nic }] } },
        annotations: { "v1.multus-cni.io/default-network": `default/${network}` },
      }),
    );
  }
  const saidBy = (name: string): Promise<string> => consoleOf(peapod, name, /^six done$/m);

  await t.test("bridge: the pool's address, a route through its pod, and a page from its VLAN and back", async () => {
    const said = await saidBy("six-bridge");
    const address = await pooledOf(peapod, "six-bridge");
    assert.match(address, /^fd30::1\d\d$/);
    assert.match(said, new RegExp(`^six has ${address}/128$`, "m"));
    assertOnline(said, "in30");
    await isReached(in30, address, "six-bridge");
  });

  await t.test("masquerade: an address of its own, the pod's towards others", async () => {
    const said = await saidBy("six-masquerade");
    const address = await pooledOf(peapod, "six-masquerade");
    assert.match(address, /^fd07::1\d\d$/);
    assert.match(said, /^six has fd10:0:2::2\/128$/m);
    assertOnline(said, "lanhost");
    await isReached(neighbour, address, "six-masquerade");
  });

  await t.test("passt: the pod's address, and sockets of the pod in both directions", async () => {
    const said = await saidBy("six-passt");
    const address = await pooledOf(peapod, "six-passt");
    assert.match(address, /^fd07::1\d\d$/);
    assert.match(said, new RegExp(`^six has ${address}/128$`, "m"));
    assertOnline(said, "lanhost");
    await isReached(neighbour, address, "six-passt");
  });

  await t.test("macvtap: what the underlay's own server gives, which status learns of", async () => {
    const said = await saidBy("six-macvtap");
    const address = /^six has (fd08::2[0-9a-f]{2})\/128$/m.exec(said)?.[1] ?? "";
    assert.notEqual(address, "", said);
    assertOnline(said, "server");
    await isReached(server, address, "six-macvtap");
    await eventually("status has it", async () => (await ipv6Of(peapod, "six-macvtap")).includes(address) || undefined);
  });

  await t.test(
    "the LAN has heard of no address but those, though its router lets everybody make their own",
    async () => {
      const heard = (await neighbour.run("ip", "-6", "neighbour", "show", "dev", "eth0")).stdout;
      const others = heard.match(/^fd07:\S+/gm)?.filter((address) => !/^fd07::(1|10\d)$/.test(address));
      assert.deepEqual(others, [], heard);
    },
  );

  await t.test("the addresses of pools are the same after the VMIs were deleted", async () => {
    const pooled = ["six-bridge", "six-masquerade", "six-passt"];
    const before = new Map<string, string>();
    for (const name of pooled) before.set(name, await pooledOf(peapod, name));
    const pods = await Promise.all(pooled.map(async (name) => (await podOf(peapod, name)).metadata.name));
    // kubectl waits for one after the other, and in vain for one that goes and comes back between its first look and its watch.
    await peapod.kubectl("delete", "vmi", ...pooled, "--wait=false");
    for (const [index, name] of pooled.entries()) {
      await eventually(`${name} has another pod`, async () => {
        return (await podOf(peapod, name)).metadata.name !== pods[index] || undefined;
      });
      await saidBy(name);
      const address = before.get(name) ?? "";
      await eventually(`${name} has ${address}`, async () => (await ipv6Of(peapod, name))[0] === address || undefined);
      await isReached(name === "six-bridge" ? in30 : neighbour, address, name);
    }
  });
});

/** What a guest prints once it is there: its IPv6 address, its default route, who answers beyond the router and what a neighbour serves. */
function lookAround(neighbour: string): string {
  return `
until ip -6 address show dev eth0 scope global | grep -q /128 && ping6 -c 1 -W 2 fd99::1 > /dev/null; do usleep 500000; done
ip -6 address show dev eth0 scope global | sed -n 's/^ *inet6 \\([^ ]*\\).*/six has \\1/p'
ip -6 route show default | sed 's/^/six route /'
ping6 -c 1 -W 5 ${neighbour} > /dev/null && echo six pings
echo "six reads $(wget -q -O - 'http://[${neighbour}]/')"
echo "six resolves by $(sed -n 's/^nameserver //p' /etc/resolv.conf | tr '\\n' ' ')"
echo six done`;
}

function assertOnline(said: string, neighbour: string): void {
  assert.match(said, /^six route default via fe80::/m);
  assert.match(said, /^six pings$/m);
  assert.match(said, new RegExp(`^six reads ${neighbour}$`, "m"));
}

/** IPv6 addresses that the instance's first interface reports. */
async function ipv6Of(peapod: Peapod, name: string): Promise<readonly string[]> {
  const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
  const addresses = vmi?.status?.interfaces?.[0]?.ipAddresses ?? [];
  return addresses.filter((address) => address.includes(":") && !address.startsWith("fe80:"));
}

/** The first of them: the agent tells of a guest's a moment after the guest has it. */
async function pooledOf(peapod: Peapod, name: string): Promise<string> {
  return eventually(`${name} reports an IPv6 address`, async () => (await ipv6Of(peapod, name))[0]);
}

async function isReached(host: Host, address: string, name: string): Promise<void> {
  await answers(host, address, name);
  assert.equal(await host.pings(address), true);
}

/** Router advertisements and DHCPv6 of the underlay's own, as a router there has them. */
async function serveIpv6(host: Host, range: string): Promise<void> {
  const quiet = [
    "--conf-file=/dev/null",
    "--port=0",
    "--pid-file",
    "--dhcp-leasefile=/dev/null",
    "--log-facility=/dev/null",
  ];
  const outcome = await host.run("dnsmasq", ...quiet, "--interface=eth0", "--enable-ra", `--dhcp-range=${range}`);
  assert.equal(outcome.code, 0, outcome.stderr);
}

const networks = `${pool("lan-v4", "10.7.0.0/24", "10.7.0.100-10.7.0.109", "10.7.0.1")}
${pool("lan-v6", "fd07::/64", "fd07::100-fd07::109", "fd07::1")}
${pool("vlan30-v4", "10.30.0.0/24", "10.30.0.100-10.30.0.109", "10.30.0.1")}
${pool("vlan30-v6", "fd30::/64", "fd30::100-fd30::109", "fd30::1")}
${pool("served-v4", "10.8.0.0/24", "10.8.0.100-10.8.0.109", "10.8.0.1")}
apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderMultusConfig
metadata: { name: lan, namespace: default }
spec:
  cniType: macvlan
  macvlan: { master: [ens192], ippools: { ipv4: [lan-v4], ipv6: [lan-v6] } }
---
apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderMultusConfig
metadata: { name: vlan30, namespace: default }
spec:
  cniType: ovs
  ovs: { bridge: br1, vlan: 30, ippools: { ipv4: [vlan30-v4], ipv6: [vlan30-v6] } }
---
apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderMultusConfig
metadata: { name: served, namespace: default }
spec:
  cniType: macvlan
  macvlan: { master: [ens224], ippools: { ipv4: [served-v4] } }
`;

function pool(name: string, subnet: string, ips: string, gateway: string): string {
  const spec = { subnet, ips: [ips], gateway };
  return `apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderIPPool
metadata: { name: ${name} }
spec: ${JSON.stringify(spec)}
---`;
}
