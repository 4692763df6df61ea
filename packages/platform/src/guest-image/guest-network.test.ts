/** How the guest reads what it is told of its network. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { run } from "@peapod/machinery/node";
import { awk, library } from "./testing/awk.ts";

const network = (t: TestContext, text: string) => awk(t, ["yaml.awk", "network.awk"], [text]);

test("network.awk makes the same of cloud-init's two versions and of OpenStack's", async (t) => {
  const version2 = `version: 2
ethernets:
  enp1s0: { dhcp4: true }
  enp2s0:
    match: { macaddress: "02:00:00:00:00:02" }
    mtu: 1400
    addresses: [10.1.0.5/24, { "fd00::5/64": {} }]
    routes: [{ to: 10.9.0.0/16, via: 10.1.0.9 }]
    nameservers: { addresses: [10.1.0.2] }
`;
  assert.equal(
    await network(t, version2),
    `interface '0' 'enp1s0'
up
dhcp
interface '1' 'enp2s0' '02:00:00:00:00:02'
mtu '1400'
up
address '10.1.0.5/24'
address 'fd00::5/64'
route '10.9.0.0/16' '10.1.0.9'
nameserver '10.1.0.2'
`,
  );
  const version1 = `network:
  version: 1
  config:
  - { type: physical, name: eth0, subnets: [{ type: dhcp }] }
  - type: physical
    name: lan
    mac_address: "02:00:00:00:00:02"
    subnets:
    - { type: static, address: 10.1.0.5, netmask: 255.255.255.0, gateway: 10.1.0.1, dns_nameservers: [10.1.0.2],
        routes: [{ network: 10.9.0.0, netmask: 255.255.0.0, gateway: 10.1.0.9 }] }
`;
  assert.equal(
    await network(t, version1),
    `interface '0' 'eth0'
up
dhcp
interface '1' 'lan' '02:00:00:00:00:02' 'lan'
up
address '10.1.0.5/24'
route 'default' '10.1.0.1'
route '10.9.0.0/16' '10.1.0.9'
nameserver '10.1.0.2'
`,
  );
  const openstack = {
    links: [
      { id: "a", type: "phy", ethernet_mac_address: "02:00:00:00:00:01", mtu: 1450 },
      { id: "b", type: "phy", ethernet_mac_address: "02:00:00:00:00:02" },
    ],
    networks: [
      { id: "n0", link: "a", type: "ipv4_dhcp" },
      {
        id: "n1",
        link: "b",
        type: "ipv4",
        ip_address: "10.1.0.5",
        netmask: "255.255.255.0",
        routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "10.1.0.1" }],
      },
    ],
    services: [{ type: "dns", address: "10.1.0.2" }],
  };
  assert.equal(
    await network(t, JSON.stringify(openstack)),
    `interface '0' 'a' '02:00:00:00:00:01'
mtu '1450'
up
dhcp
interface '1' 'b' '02:00:00:00:00:02'
up
address '10.1.0.5/24'
route 'default' '10.1.0.1'
nameserver '10.1.0.2'
`,
  );
});

test("network.awk refuses what is in no form that it knows, so that the guest can fall back to DHCP", async (t) => {
  await assert.rejects(network(t, "interfaces: [eth0]\n"));
  assert.equal(await network(t, "network: { config: disabled }\n"), "");
});

test("network.awk asks for IPv6 where a configuration does, in every form's own words", async (t) => {
  const asked = async (text: string) => (await network(t, text)).split("\n").filter((line) => line.startsWith("dhcp"));
  assert.deepEqual(await asked("version: 2\nethernets: { enp1s0: { dhcp4: false, dhcp6: true } }\n"), ["dhcp6"]);
  const subnets = "subnets: [{ type: dhcp4 }, { type: ipv6_dhcpv6-stateful }]";
  const version1 = `version: 1\nconfig: [{ type: physical, name: eth0, ${subnets} }]\n`;
  assert.deepEqual(await asked(version1), ["dhcp", "dhcp6"]);
  const openstack = {
    links: [{ id: "a", type: "phy", ethernet_mac_address: "02:00:00:00:00:01" }],
    networks: [
      { id: "n0", link: "a", type: "ipv4_dhcp" },
      { id: "n1", link: "a", type: "ipv6_slaac" },
    ],
  };
  assert.deepEqual(await asked(JSON.stringify(openstack)), ["dhcp", "dhcp6"]);
});

test("a guest's DHCPv6 client waits for the routes of a router's advertisement, not for those that every NIC has", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "peapod-routes-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const isAdvertised = async (...routes: readonly string[]): Promise<boolean> => {
    const file = join(folder, "ipv6_route");
    writeFileSync(file, routes.map((route) => `${route}\n`).join(""));
    const script = `. ${library}/network.sh; is_advertised eth0 < ${file} && echo yes || echo no`;
    return (await run(["busybox", "sh", "-c", script])).stdout === "yes\n";
  };
  const nowhere = "0".repeat(32);
  const route = (destination: string, flags: string, nic: string): string =>
    `${destination} 40 ${nowhere} 00 ${nowhere} 00000100 00000001 00000000 ${flags} ${nic.padStart(8)}`;
  const own = route("fe800000000000000000000000000000", "00000001", "eth0");
  const others = route(nowhere, "00450003", "eth1");
  assert.equal(await isAdvertised(own, others), false);
  assert.equal(await isAdvertised(own, route(nowhere, "00450003", "eth0")), true, "a default route");
  assert.equal(
    await isAdvertised(route("fd000009000000000000000000000000", "000c0001", "eth0")),
    true,
    "a prefix alone",
  );
});
