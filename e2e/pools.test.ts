/** Addresses of SpiderIPPools: chosen, kept through everything that seed 000 does to a machine, and given back. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { SpiderEndpoint, SpiderIPPool } from "@peapod/api";
import { eventually, guestImage, startPeapod } from "./harness.ts";
import { launchersOf, quickMachine, runningPodOf } from "./launchers.ts";
import { cutPower } from "./power-cut.ts";
import { createUnderlay } from "./underlay.ts";

const image = "example.org/guest:1";

test("a machine on a LAN keeps the address and MAC that its pool gave it, until it is deleted", async (t) => {
  await using _underlay = await createUnderlay({ addresses: ["10.7.0.11/16"] });
  const peapod = await startPeapod(t, { images: { [image]: guestImage() } });
  await peapod.apply(lan);
  await peapod.apply(machine("first"));
  const first = await runningPodOf(peapod, "first");
  assert.equal(first.ip, "10.7.120.100");
  await peapod.apply(machine("second"));
  const second = await runningPodOf(peapod, "second");
  assert.equal(second.ip, "10.7.120.101");

  const client = await peapod.client();
  const endpoint = await client.get(SpiderEndpoint, { namespace: "default", name: "first" });
  assert.equal(endpoint.status?.ownerControllerType, "VirtualMachineInstance");
  assert.equal(endpoint.status?.current.ips[0]?.ipv4, "10.7.120.100/16");
  assert.equal(endpoint.status?.current.ips[0]?.ipv4Pool, "10-7-v4");
  const rows = await eventually("the pool shows both addresses", async () => {
    const text = await peapod.kubectl("get", "spiderippool");
    return /10-7-v4 +4 +10\.7\.0\.0\/16 +2 +101 +false/.test(text) ? text : undefined;
  });
  assert.match(rows, /^NAME +VERSION +SUBNET +ALLOCATED-IP-COUNT +TOTAL-IP-COUNT +DEFAULT/);

  assert.match(
    (await peapod.peapod("ipam", "check")).stdout,
    /^pools, endpoints, the allocator and running guests agree/,
  );

  await peapod.kubectl("delete", "pod", first.name, "--grace-period=1");
  const second2 = await runningPodOf(peapod, "first", first.name);
  assert.deepEqual([second2.ip, second2.mac], [first.ip, first.mac], "after its pod was deleted");

  await peapod.kubectl("delete", "vmi", "first", "--timeout=60s");
  const third = await runningPodOf(peapod, "first", second2.name);
  assert.deepEqual([third.ip, third.mac], [first.ip, first.mac], "after its instance was deleted");

  await peapod.virtctl("stop", "first");
  await eventually("the machine is down", async () => (await launchersOf(peapod, "first")).length === 0 || undefined);
  peapod.kill("control-plane", "agent");
  await peapod.up();
  await peapod.apply(machine("third"));
  assert.equal((await runningPodOf(peapod, "third")).ip, "10.7.120.102", "a machine that is off keeps its address");
  await peapod.virtctl("start", "first");
  const fourth = await runningPodOf(peapod, "first", third.name);
  assert.deepEqual([fourth.ip, fourth.mac], [first.ip, first.mac], "after a stop and kill -9 of everything");

  const check = await peapod.peapod("ipam", "check", "-o", "json");
  assert.deepEqual([check.code, JSON.parse(check.stdout)], [0, []]);

  await peapod.kubectl("delete", "spiderippool", "10-7-v4", "--wait=false");
  await eventually("the pool says who holds it", async () => {
    const said = await peapod.kubectl("get", "events", "-A", "-o", "jsonpath={.items[*].message}");
    return said.includes("default/first holds 10.7.120.100") || undefined;
  });
  await peapod.kubectl("delete", "vm", "first", "second", "third", "--timeout=120s");
  await eventually("the pool went with its last holder", async () => {
    return (await (await peapod.client()).find(SpiderIPPool, { name: "10-7-v4" })) === undefined || undefined;
  });
  assert.deepEqual((await (await peapod.client()).list(SpiderEndpoint)).items, []);
});

test("a machine gets the address and MAC that it asks for, or a sentence that says why not", async (t) => {
  await using _underlay = await createUnderlay({ addresses: ["10.7.0.11/16"] });
  const peapod = await startPeapod(t, { images: { [image]: guestImage() } });
  await peapod.apply(lan);
  await peapod.apply(
    machine("first", {
      "ipam.peapod.io/addresses": '[{"interface":"eth0","ipv4":"10.7.120.150","mac":"02:00:00:00:01:50"}]',
    }),
  );
  const first = await runningPodOf(peapod, "first");
  assert.deepEqual([first.ip, first.mac], ["10.7.120.150", "02:00:00:00:01:50"]);
  await peapod.apply(machine("second", { "ovn.kubernetes.io/ip_address": "10.7.120.150" }));
  const why = await eventually("peapod why names the holder", async () => {
    const { stdout } = await peapod.peapod("why", "second");
    return stdout.includes("10.7.120.150") ? stdout : undefined;
  });
  assert.match(why, /Cannot give "default\/second\/eth0" the address 10\.7\.120\.150: "default\/first\/eth0" holds it/);
  await peapod.apply(machine("third", { "ovn.kubernetes.io/mac_address": "02:00:00:00:01:50" }));
  await eventually("peapod why names who has the MAC", async () => {
    const { stdout } = await peapod.peapod("why", "third");
    return (
      stdout.includes('"default/third/eth0" the address 02:00:00:00:01:50: "default/first/eth0" has it') || undefined
    );
  });
});

test("a machine is not given an address that somebody on the LAN has, where that is looked for", async (t) => {
  await using underlay = await createUnderlay({ addresses: ["10.7.0.11/16"] });
  await underlay.addHost("taken", ["10.7.120.100/16"]);
  const peapod = await startPeapod(t, { images: { [image]: guestImage() } });
  await peapod.apply(lan);
  await peapod.apply(`apiVersion: v1
kind: ConfigMap
metadata: { name: spiderpool-conf, namespace: kube-system }
data: { conf.yml: "enableIPConflictDetection: true\\nenableSpiderSubnet: true\\n" }
`);
  await eventually("what is not honoured is named", async () => {
    const said = await peapod.kubectl("get", "events", "-n", "kube-system", "-o", "jsonpath={.items[*].message}");
    return said.includes("enableSpiderSubnet: true is not honoured") || undefined;
  });
  await peapod.apply(machine("first"));
  assert.equal((await runningPodOf(peapod, "first")).ip, "10.7.120.101");
  const said = await peapod.kubectl("get", "events", "-o", "jsonpath={.items[*].message}");
  assert.match(
    said,
    /ip conflict: pod's interface eth0 with an conflicting ip 10\.7\.120\.100, 10\.7\.120\.100 is located at/,
  );

  peapod.kill("control-plane", "agent");
  await peapod.up({ PEAPOD_DIE_AFTER: "ipam/taken" });
  await underlay.addHost("also-taken", ["10.7.120.102/16"]);
  const [pidFile = ""] = globSync("/run/peapod/*/agent.pid");
  const pid = readFileSync(pidFile, "utf8");
  await peapod.apply(machine("second"));
  assert.equal((await runningPodOf(peapod, "second")).ip, "10.7.120.103", "also when the agent dies before it looks");
  assert.notEqual(readFileSync(pidFile, "utf8"), pid, "it died");
  assert.equal((await peapod.peapod("ipam", "check")).code, 0);
});

test("whoever edits a pool is told whose address that would take, and an endpoint shows what its pod asked for", async (t) => {
  await using _underlay = await createUnderlay({ addresses: ["10.7.0.11/16"] });
  const peapod = await startPeapod(t, { images: { [image]: guestImage() } });
  await peapod.apply(lan);
  await peapod.apply(
    machine("first", {
      "ipam.spidernet.io/ippools": '[{"interface":"eth0","ipv4":["10-7-v4"],"cleangateway":true}]',
      "ipam.spidernet.io/routes": '[{"dst":"192.168.0.0/16","gw":"10.7.0.9"}]',
    }),
  );
  await runningPodOf(peapod, "first");
  const client = await peapod.client();
  const endpoint = await client.get(SpiderEndpoint, { namespace: "default", name: "first" });
  const [eth0] = endpoint.status?.current.ips ?? [];
  assert.deepEqual([eth0?.cleanGateway, eth0?.routes], [true, [{ dst: "192.168.0.0/16", gw: "10.7.0.9" }]]);

  const exclude = '{"spec":{"excludeIPs":["10.7.120.100"]}}';
  await assert.rejects(peapod.kubectl("patch", "spiderippool", "10-7-v4", "--type=merge", "-p", exclude), (error) =>
    String(error).includes("remove an IP address 10.7.120.100 that is being used by Pod default/first"),
  );
});

test("a machine keeps its addresses of both families and its MAC through a power cut", async (t) => {
  await using _underlay = await createUnderlay({ addresses: ["10.7.0.11/16", "fd00:7::11/64"] });
  const peapod = await startPeapod(t, { images: { [image]: guestImage() } });
  await peapod.apply(lan);
  const both = { "ipam.spidernet.io/ippools": '[{"interface":"eth0","ipv4":["10-7-v4"],"ipv6":["fd00-7-v6"]}]' };
  await peapod.apply(machine("other", both));
  await runningPodOf(peapod, "other");
  await peapod.apply(machine("first", both));
  const first = await runningPodOf(peapod, "first");
  assert.deepEqual(first.ips, ["10.7.120.101", "fd00:7::101"]);
  await peapod.kubectl("delete", "vm", "other", "--timeout=60s");
  await using _boot = await cutPower(peapod);
  await peapod.up();
  const again = await runningPodOf(peapod, "first", first.name);
  assert.deepEqual([again.ips, again.mac], [first.ips, first.mac]);
  assert.equal((await peapod.peapod("ipam", "check")).code, 0);
});

/** Seed 004's pool, and a network of macvlan interfaces on the LAN that takes from it. */
const lan = `apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderIPPool
metadata: { name: 10-7-v4 }
spec:
  default: false
  disable: false
  gateway: 10.7.0.1
  ipVersion: 4
  ips: [10.7.120.100-10.7.120.200]
  subnet: 10.7.120.11/16
  vlan: 0
---
apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderIPPool
metadata: { name: fd00-7-v6 }
spec:
  subnet: fd00:7::/64
  ips: ["fd00:7::100-fd00:7::1ff"]
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: macvlan-ens192, namespace: kube-system }
spec:
  config: |
    {"cniVersion":"0.3.1","name":"macvlan-ens192","plugins":[{"type":"macvlan","master":"ens192","mode":"bridge",
     "ipam":{"type":"spiderpool","default_ipv4_ippool":["10-7-v4"]}}]}
`;

function machine(name: string, annotations: Readonly<Record<string, string>> = {}): string {
  const all = { "v1.multus-cni.io/default-network": "kube-system/macvlan-ens192", ...annotations };
  return quickMachine(name, image, all);
}
