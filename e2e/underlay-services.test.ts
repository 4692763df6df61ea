/** Services and guests of underlay networks: who is led to them, where they are led, and what never answers in their place. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { addressOf, answerOf, eventually, execute, guestImage, root, startPeapod } from "./harness.ts";
import { ip } from "./host.ts";
import { consoleOf, guestReference, machine, vmiOf } from "./machines.ts";
import { createSwitch } from "./ovs.ts";
import { createUnderlay } from "./underlay.ts";

/** Each machine with the address of its service. */
const services = { web: "10.96.7.1", passt: "10.96.7.2", switched: "10.96.7.3", tap: "10.96.7.4" };
const nodePorts = { passt: 30_082, switched: 30_083, seen: 30_084 };

test("services lead to guests of underlay networks and from them", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.6.0.11/16"] });
  const outside = await lan.addHost("outside", ["10.6.0.9/16"]);
  await lan.addHost("gw", ["10.6.0.1/16"]);
  await using ovs = await createSwitch("br1");
  const in30 = await ovs.addHost("in30", ["10.30.0.1/16"], 30);
  await ovs.vsctl("add-port", "br1", "mgmt30", "tag=30", "--", "set", "interface", "mgmt30", "type=internal");
  await ip("address", "add", "10.30.0.2/16", "dev", "mgmt30");
  await ip("link", "set", "mgmt30", "up");
  const peapod = await startPeapod(t, { images: { [guestReference]: guestImage() } });
  for (const file of ["underlay-macvlan", "ovs-vlans"]) {
    await peapod.apply(readFileSync(join(root, `examples/${file}.yaml`), "utf8"));
  }
  for (const name of ["web", "tap"] as const) await peapod.apply(service(name, { clusterIP: services[name] }));
  for (const name of ["passt", "switched"] as const) {
    await peapod.apply(service(name, { ...nodePort(nodePorts[name]), clusterIP: services[name] }));
  }
  await peapod.apply(service("passt", { ...nodePort(nodePorts.seen), externalTrafficPolicy: "Local" }, "seen"));
  await peapod.apply(webMachine());
  await peapod.apply(on("passt", "macvlan-ens192", { passtBinding: {} }, ["web", "passt", "switched"]));
  await peapod.apply(on("switched", "ovs-vlan30", { bridge: {} }, ["web", "passt", "switched"]));
  await peapod.apply(on("tap", "macvlan-ens192", { macvtap: {} }, []));
  await Promise.all(Object.keys(services).map((name) => addressOf(peapod, name)));

  await t.test("the node reaches them by their cluster IPs", async () => {
    for (const name of ["passt", "switched"] as const) assert.match(await answerOf(services[name]), helloOf(name));
  });

  await t.test("the outside reaches them by ports of the machine", async () => {
    for (const name of ["passt", "switched"] as const) {
      const url = `http://10.6.0.11:${nodePorts[name]}/`;
      await eventually(`${url} answers`, async () => helloOf(name).test((await outside.get(url)) ?? ""));
    }
    const url = `http://10.6.0.11:${nodePorts.seen}/`;
    await eventually("a client whose address is kept is answered the way it came", async () =>
      helloOf("passt").test((await outside.get(url)) ?? ""),
    );
    assert.match((await in30.get(`http://10.30.0.2:${nodePorts.passt}/`)) ?? "", helloOf("passt"));
  });

  for (const name of ["passt", "switched"] as const) {
    await t.test(`a guest behind ${name} reaches guests of every network by cluster IPs`, async () => {
      const log = await consoleOf(peapod, name, /^asked all$/m);
      for (const target of ["web", "passt", "switched"] as const) {
        assert.match(log, new RegExp(`^${services[target]} says Hello from ${target}$`, "m"));
      }
    });
  }

  await t.test("a second interface by passt has its own address and ports, and no others", async () => {
    const lanAddress = await eventually("web's second interface has its address", async () => {
      const { status } = await vmiOf(peapod, "web");
      return status?.interfaces?.find(({ name }) => name === "lan")?.ipAddress;
    });
    assert.match(lanAddress, /^10\.6\.168\./);
    const url = `http://${lanAddress}/`;
    await eventually("the LAN is answered", async () => helloOf("web").test((await outside.get(url)) ?? ""));
    const knock = (port: number) =>
      outside.run("socat", "-u", "/dev/null", `TCP:${lanAddress}:${port},connect-timeout=3`);
    assert.equal((await knock(80)).code, 0);
    assert.notEqual((await knock(22)).code, 0, "its ssh server is reached, at a port that it does not list");
  });

  await t.test("a macvtap guest answers the LAN; its node reaches nobody in its place", async () => {
    const address = await addressOf(peapod, "tap");
    await eventually("the LAN is answered", async () =>
      helloOf("tap").test((await outside.get(`http://${address}/`)) ?? ""),
    );
    for (const target of [address, services.tap]) {
      const { code } = await execute("curl", ["--silent", "--max-time", "4", `http://${target}/`]);
      assert.notEqual(code, 0, `${target} answers the node`);
    }
    assert.match(await ip("neigh", "show", address), /dev ens192.*(FAILED|INCOMPLETE)/);
    const { stdout } = await execute("ip", ["route", "show", "table", "500"]);
    assert.ok(stdout.includes(await addressOf(peapod, "passt")) && !stdout.includes(address), stdout);
  });
});

/** On the pod network, and on the LAN at one port. */
function webMachine(): string {
  const lan = { name: "lan", passt: {}, ports: [{ port: 80 }] };
  return machine("web", {
    spec: {
      networks: [
        { name: "default", pod: {} },
        { name: "lan", multus: { networkName: "kube-system/macvlan-ens192" } },
      ],
    },
    domain: { devices: { interfaces: [{ name: "default", masquerade: {} }, lan] } },
  });
}

function nodePort(port: number) {
  return { type: "NodePort", ports: [{ port: 80, nodePort: port }] };
}

function service(machineName: string, spec: object, name = machineName): string {
  const all = { selector: { "vm.kubevirt.io/name": machineName }, ports: [{ port: 80 }], ...spec };
  return `${JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name }, spec: all })}\n`;
}

/** A machine on a network of kube-system, which asks services and tells its console what they say. */
function on(name: string, network: string, binding: object, asks: readonly (keyof typeof services)[]): string {
  return machine(name, {
    script: `${ask}\n${asks.map((target) => `ask ${services[target]}\n`).join("")}echo asked all`,
    spec: { networks: [{ name: "default", multus: { networkName: `kube-system/${network}`, default: true } }] },
    domain: { devices: { interfaces: [{ name: "default", ...binding }] } },
  });
}

/**
 * A passt of 2023 repeats what is answered to a guest that has said its last word, so the asking side stays open for a while; and under
 * load its guest may never hear that the other side has ended, so that each attempt has an end of its own.
 */
const ask = `ask() {
  for n in $(seq 60); do
    said=$({ printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1; } | timeout 8 nc -w 5 $1 80 | grep Hello) && break
    sleep 1
  done
  echo "$1 says $said"
}`;

function helloOf(name: string): RegExp {
  return new RegExp(`^Hello from ${name}$`, "m");
}
