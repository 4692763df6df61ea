/** What the rules do to packets: a node with pods on its bridge and a host outside. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { run } from "@peapod/machinery/node";
import { until } from "../testing/fake-guest.ts";
import { temporaryFolder } from "../testing/guest-world.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { readSctp, sctpInit } from "../testing/sctp.ts";
import { openTestNode, type TestPod } from "../testing/test-node.ts";
import { type ServiceState, serviceEffects } from "./effects.ts";
import { HealthServers } from "./health/server.ts";
import { type Facts, planServices } from "./plan.ts";
import { findMissingRoute, serviceRoute } from "./route.ts";
import { serviceNetwork } from "./service-network.ts";
import { backed, factsOf } from "./testing.ts";

if (isInOwnNamespaces(import.meta.url)) {
  const clusterIP = "10.96.0.10";
  const port = { port: 80, targetPort: 8080 };

  test("clients reach all backends of a service by its address, from pods and from the node", async (t) => {
    await using world = await makeWorld(t);
    await world.sync([backed("web", { clusterIP, ports: [port] }, world.addresses)]);
    assert.deepEqual(await world.answers(world.client, "10.96.0.10:80", 12), ["a", "b"]);
    assert.deepEqual(await world.answers("node", "10.96.0.10:80", 12), ["a", "b"]);
    // A pod may be given to itself, with whatever value frames on bridges are shown to rules.
    assert.deepEqual(await world.answers(world.a, "10.96.0.10:80", 12), ["a", "b"]);
    await run(["sh", "-c", "[ ! -e /proc/sys/net/bridge ] || echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables"]);
    assert.deepEqual(await world.answers(world.a, "10.96.0.10:80", 12), ["a", "b"]);
  });

  test("the outside reaches node ports and external addresses, and is seen only where that is asked for", async (t) => {
    await using world = await makeWorld(t);
    const spec = { type: "NodePort", clusterIP, externalIPs: ["203.0.113.9"] } as const;
    const ports = [{ ...port, nodePort: 30_080 }];
    await world.sync([backed("web", { ...spec, ports }, world.addresses)]);
    assert.deepEqual(await world.answers("outside", "192.0.2.1:30080", 12), ["a", "b"]);
    assert.deepEqual(await world.answers("outside", "203.0.113.9:80", 12), ["a", "b"]);
    assert.deepEqual(await world.answers("node", "192.0.2.1:30080", 12), ["a", "b"]);
    assert.deepEqual(await world.answers(world.client, "192.0.2.1:30080", 12), ["a", "b"]);
    assert.equal(await world.seenBy("outside", "192.0.2.1:30080"), world.network.gateway);
    const local = { ...spec, externalTrafficPolicy: "Local" } as const;
    await world.sync([backed("web", { ...local, ports }, world.addresses)]);
    assert.equal(await world.seenBy("outside", "192.0.2.1:30080"), "192.0.2.2");
    await world.sync([backed("web", { ...local, ports }, world.addresses, "another")]);
    await assert.rejects(world.ask("outside", "192.0.2.1:30080"));
    assert.deepEqual(await world.answers(world.client, "192.0.2.1:30080", 12), ["a", "b"]);
    await world.sync([
      backed("web", { clusterIP, internalTrafficPolicy: "Local", ports: [port] }, world.addresses, "another"),
    ]);
    await assert.rejects(world.ask(world.client, "10.96.0.10:80"));
  });

  test("who is not of the pod network is seen as the node, so that its answer passes the node again", async (t) => {
    await using world = await makeWorld(t);
    await world.sync([backed("web", { clusterIP, ports: [port] }, world.addresses.slice(0, 1))]);
    assert.equal(await world.seenBy("outside", "10.96.0.10:80"), world.network.gateway);
    assert.equal(await world.seenBy("node", "10.96.0.10:80"), world.network.gateway);
  });

  test("a load balancer's address lets only those pass whom the service names", async (t) => {
    await using world = await makeWorld(t);
    const given = (sourceRange: string) => {
      const spec = { type: "LoadBalancer", clusterIP, loadBalancerSourceRanges: [sourceRange], ports: [port] } as const;
      const { service, slices } = backed("web", spec, world.addresses);
      return { service: { ...service, status: { loadBalancer: { ingress: [{ ip: "203.0.113.7" }] } } }, slices };
    };
    await world.sync([given("192.0.2.0/24")]);
    assert.deepEqual(await world.answers("outside", "203.0.113.7:80", 12), ["a", "b"]);
    await world.sync([given("198.51.100.0/24")]);
    await assert.rejects(world.ask("outside", "203.0.113.7:80"));
  });

  test("a client stays with its backend where the service says so", async (t) => {
    await using world = await makeWorld(t);
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
    const spec = { clusterIP, sessionAffinity: "ClientIP", sessionAffinityConfig, ports: [port] } as const;
    await world.sync([backed("web", spec, world.addresses)]);
    assert.equal((await world.answers(world.client, "10.96.0.10:80", 12)).length, 1);
  });

  test("what nobody answers is refused at once, also a port that the service does not have", async (t) => {
    await using world = await makeWorld(t);
    const spec = { type: "NodePort", clusterIP, ports: [{ ...port, nodePort: 30_080 }] } as const;
    await world.sync([backed("web", spec, [])]);
    for (const from of [world.client, "node"] as const) {
      await assert.rejects(world.ask(from, "10.96.0.10:80"), /Connection refused/);
    }
    await assert.rejects(world.ask("outside", "192.0.2.1:30080"), /Connection refused/);
    await world.sync([backed("web", spec, world.addresses)]);
    assert.deepEqual(await world.answers(world.client, "10.96.0.10:80", 12), ["a", "b"]);
    await assert.rejects(world.ask(world.client, "10.96.0.10:81"), /Connection refused/);
    await world.sync([]);
    await assert.rejects(world.ask("outside", "192.0.2.1:30080"), /Connection refused/);
  });

  test("UDP goes to a new backend when its old one went, from the same socket", async (t) => {
    await using world = await makeWorld(t);
    const spec = { clusterIP: "10.96.0.53", ports: [{ port: 53, protocol: "UDP", targetPort: 5353 }] } as const;
    const [a = "", b = ""] = world.addresses;
    for (const [from, backend, name] of [
      ["old", a, "a"],
      ["new", b, "b"],
    ] as const) {
      await world.sync([backed("dns", spec, [backend])]);
      const said = await world.client.run("sh", "-c", "echo hello | socat -t2 - UDP:10.96.0.53:53,sourceport=4444");
      assert.equal(said.trim(), name, from);
    }
  });

  test("SCTP goes to a backend with its checksum made anew", async (t) => {
    await using world = await makeWorld(t);
    const spec = { clusterIP: "10.96.0.36", ports: [{ port: 36_412, protocol: "SCTP", targetPort: 8080 }] } as const;
    await world.sync([backed("mme", spec, world.addresses.slice(0, 1))]);
    const folder = temporaryFolder(t);
    const [sent, got] = [join(folder, "sent"), join(folder, "got")];
    writeFileSync(sent, sctpInit(5000, 36_412));
    const listener = spawn("ip", ["netns", "exec", world.a.netns, "socat", "-u", "IP4-RECV:132", `CREATE:${got}`]);
    t.after(() => listener.kill("SIGKILL"));
    await until(async () => {
      await world.client.run("socat", "-u", `OPEN:${sent}`, "IP4-SENDTO:10.96.0.36:132");
      assert.ok(readFileSync(got).length >= 32);
    });
    assert.deepEqual(readSctp(readFileSync(got).subarray(0, 32)), { destination: 8080, isWhole: true });
  });

  test("a table that somebody flushed is made again, and the audit finds it", async (t) => {
    await using world = await makeWorld(t);
    const services = [backed("web", { clusterIP, ports: [port] }, world.addresses)];
    await world.sync(services);
    await run(["nft", "flush", "ruleset"]);
    await world.sync(services);
    assert.deepEqual(await world.answers(world.client, "10.96.0.10:80", 12), ["a", "b"]);
    const { inventory } = await import("../host/inventory.ts");
    assert.ok((await inventory(world.instance)).nftTables.includes("ip peapod_abc123_services"));
  });

  test("a machine without a default route and without pods of its own network reaches services all the same", async (t) => {
    {
      await using world = await makeWorld(t);
      await run(["ip", "route", "delete", serviceNetwork]).catch(() => {});
      const missing = await findMissingRoute(serviceNetwork, "there-is-none");
      assert.deepEqual(missing, { network: serviceNetwork, device: "lo" });
      await run(["ip", "route", "replace", ...serviceRoute(serviceNetwork, "lo")]);
      assert.equal(await findMissingRoute(serviceNetwork, "ppabc123br"), undefined);
      await world.sync([backed("web", { clusterIP, ports: [port] }, world.addresses)]);
      assert.deepEqual(await world.answers("node", "10.96.0.10:80", 12), ["a", "b"]);
    }
    assert.equal((await run(["ip", "route", "show", serviceNetwork])).stdout, "", "it goes with the instance");
  });

  test("five hundred services are one transaction, and change by small ones", async (t) => {
    await using world = await makeWorld(t);
    const many = Array.from({ length: 500 }, (_, n) =>
      backed(`s${n}`, { clusterIP: `10.97.${n >> 8}.${n & 255}`, ports: [port] }, world.addresses),
    );
    await world.sync(many);
    assert.deepEqual(await world.answers(world.client, "10.97.1.7:80", 12), ["a", "b"]);
    await world.sync(many.slice(1));
    await assert.rejects(world.ask(world.client, "10.97.0.0:80"));
    assert.deepEqual(await world.answers(world.client, "10.97.1.7:80", 12), ["a", "b"]);
  });
}

type Place = TestPod | "node" | "outside";

async function makeWorld(t: TestContext) {
  await using undo = new AsyncDisposableStack();
  const node = undo.use(await openTestNode({ folder: temporaryFolder(t) }));
  const [client, a, b] = [await node.addPod("client"), await node.addPod("a"), await node.addPod("b")];
  for (const pod of [client, a, b]) undo.defer(() => pod.remove());
  await makeOutside();
  undo.defer(async () => void (await run(["ip", "netns", "delete", "outside"])));
  const servers: ChildProcess[] = [];
  undo.defer(async () => void servers.map((server) => server.kill("SIGKILL")));
  const addresses = [a, b].map((pod) => pod.interfaces[0]?.addresses[0]?.split("/")[0] ?? "");
  for (const [pod, name] of [
    [a, "a"],
    [b, "b"],
  ] as const) {
    const answer = `SYSTEM:echo ${name} $SOCAT_PEERADDR`;
    const enter = ["netns", "exec", pod.netns, "socat"];
    servers.push(spawn("ip", [...enter, "TCP-LISTEN:8080,fork,reuseaddr", answer], { stdio: "ignore" }));
    servers.push(
      spawn("ip", [...enter, "UDP-RECVFROM:5353,fork", `SYSTEM:read line; echo ${name}`], { stdio: "ignore" }),
    );
    await until(() => pod.run("socat", "-u", "/dev/null", "TCP:127.0.0.1:8080"));
  }
  const state: ServiceState = { installed: undefined, health: new HealthServers() };
  const effects = serviceEffects(state);
  const signal = AbortSignal.timeout(300_000);
  const ask = async (from: Place, target: string): Promise<string> => {
    const argv = ["socat", "-T3", "-u", `TCP:${target},connect-timeout=3`, "-"];
    if (from === "node") return (await run(argv)).stdout;
    return from === "outside" ? (await run(["ip", "netns", "exec", "outside", ...argv])).stdout : from.run(...argv);
  };
  const all = undo.move();
  return {
    ...{ client, a, b, addresses, ask, network: node.network, instance: node.instance },
    /** Carries out plans until nothing is left to do. */
    async sync(services: Facts["services"]): Promise<void> {
      const { podSubnet } = node.network;
      for (let left = 5; left > 0; left -= 1) {
        const missingRoute = await findMissingRoute(serviceNetwork, "ppabc123br");
        const { stdout } = await run(["nft", "list", "tables"]);
        const isTableThere = stdout.includes("peapod_abc123_services");
        const options = { podSubnet, podNetwork: "10.244.0.0/16" };
        const facts = factsOf(services, { options, missingRoute, isTableThere, installed: state.installed });
        const { steps } = planServices(facts);
        if (steps.length === 0) return;
        // Effects of services look at nothing but their step and the signal.
        for (const step of steps) await effects[step.do](step as never, { signal } as never);
      }
      assert.fail("the plan does not come to an end");
    },
    async answers(from: Place, target: string, times: number): Promise<readonly string[]> {
      const said = new Set<string>();
      for (let n = 0; n < times * 3 && (n < times || said.size < 2); n += 1) {
        said.add((await ask(from, target)).split(" ")[0] ?? "");
      }
      return [...said].sort();
    },
    seenBy: async (from: Place, target: string) => (await ask(from, target)).trim().split(" ")[1],
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A host on a wire of the node: 192.0.2.2, which knows the node as its way to everywhere. */
async function makeOutside(): Promise<void> {
  await run(["ip", "netns", "add", "outside"]);
  const inside = ["ip", "-n", "outside"];
  await run(["ip", "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", "outside"]);
  await run(["ip", "address", "add", "192.0.2.1/24", "dev", "lan0"]);
  await run(["ip", "link", "set", "lan0", "up"]);
  await run([...inside, "address", "add", "192.0.2.2/24", "dev", "eth0"]);
  await run([...inside, "link", "set", "eth0", "up"]);
  await run([...inside, "route", "add", "default", "via", "192.0.2.1"]);
  await run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
}
