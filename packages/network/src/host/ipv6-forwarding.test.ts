import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { run } from "@peapod/machinery/node";
import { makeLan } from "../testing/lan.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { openTestNode } from "../testing/test-node.ts";
import { ensureIpv6Forwarding } from "./ipv6-forwarding.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("a machine that has its default route by advertisements keeps it, and goes on listening to its router", async (t) => {
    await using lan = await makeLan({ nic: "up0", gateway: ["fd07::1/64"], node: [] });
    await using _ = await advertise(t, lan.run);
    const route = await until("a default route came", defaultRoute);
    await using node = await openTestNode({ folder: temporaryFolder(t) });
    ensureIpv6Forwarding(node.registryPath);
    assert.deepEqual(shapeOf("up0"), { all: "1", default: "0", forwarding: "0", acceptRa: "1" });
    assert.equal(await defaultRoute(), route, "it has not gone for a moment");
    await run("ip -6 route delete default dev up0".split(" "));
    await until("the router's next word is heard", defaultRoute);

    await using far = await makeLan({ nic: "down0", gateway: ["fd08::1/64"], node: ["fd08::b/64"] });
    assert.equal(shapeOf("down0").forwarding, "0", "an interface that comes later listens as well");
    await far.run("ip", "route", "add", "default", "via", "fd08::b");
    await run(["ip", "address", "add", "fd07::b/64", "dev", "up0", "nodad"]);
    await lan.run("ip", "route", "add", "fd08::/64", "via", "fd07::b");
    await far.run(...ping("fd07::1"));

    await node[Symbol.asyncDispose]();
    assert.deepEqual(shapeOf("up0"), { all: "0", default: "0", forwarding: "0", acceptRa: "1" });
    assert.ok(await defaultRoute());
    assert.equal(existsSync(node.registryPath), false);
  });

  test("a bridge that is its pods' IPv6 gateway costs the machine no route, and forwarding goes with the last instance", async (t) => {
    await using lan = await makeLan({ nic: "up0", gateway: ["fd07::1/64"], node: [] });
    await using _ = await advertise(t, lan.run);
    const route = await until("a default route came", defaultRoute);
    const ipam = { type: "host-local", dataDir: "/run/test-forwarding", ranges: [[{ subnet: "fd00:9::/64" }]] };
    const config = { cniVersion: "1.0.0", type: "bridge", bridge: "ppabc123six", isGateway: true, ipam };
    const nad = { metadata: { namespace: "default", name: "six" }, spec: { config: JSON.stringify(config) } };
    {
      await using node = await openTestNode({ folder: temporaryFolder(t), nads: [nad] });
      const pod = await node.addPod("web", { annotations: { "v1.multus-cni.io/default-network": "default/six" } });
      assert.deepEqual(shapeOf("up0"), { all: "1", default: "0", forwarding: "0", acceptRa: "1" });
      assert.equal(await defaultRoute(), route);
      await pod.remove();
    }
    assert.equal(shapeOf("up0").all, "0");
  });

  test("what an administrator has set stays, for the machine and for one interface", async (t) => {
    await using _ = await makeLan({ nic: "up0", gateway: ["fd07::1/64"], node: [] });
    write("up0/forwarding", "1");
    {
      await using node = await openTestNode({ folder: temporaryFolder(t) });
      ensureIpv6Forwarding(node.registryPath);
      assert.equal(shapeOf("up0").all, "1");
    }
    assert.deepEqual(shapeOf("up0"), { all: "0", default: "0", forwarding: "1", acceptRa: "1" });
    write("all/forwarding", "1");
    {
      await using node = await openTestNode({ folder: temporaryFolder(t) });
      ensureIpv6Forwarding(node.registryPath);
    }
    assert.equal(shapeOf("up0").all, "1");
    write("all/forwarding", "0");
  });

  test("two instances share it, and an agent that was killed has not forgotten what was before", async (t) => {
    const folder = temporaryFolder(t);
    const one = await openTestNode({ folder });
    const two = await openTestNode({ folder, instance: "def456" });
    ensureIpv6Forwarding(one.registryPath);
    await one.network[Symbol.asyncDispose]();
    const again = await openTestNode({ folder });
    ensureIpv6Forwarding(again.registryPath);
    await again[Symbol.asyncDispose]();
    assert.equal(shapeOf("lo").all, "1");
    await two[Symbol.asyncDispose]();
    assert.equal(shapeOf("lo").all, "0");
  });
}

const settings = "/proc/sys/net/ipv6/conf";

function shapeOf(nic: string) {
  const read = (path: string): string => readFileSync(join(settings, path), "utf8").trim();
  return {
    all: read("all/forwarding"),
    default: read("default/forwarding"),
    forwarding: read(`${nic}/forwarding`),
    acceptRa: read(`${nic}/accept_ra`),
  };
}

function write(path: string, value: string): void {
  writeFileSync(join(settings, path), value);
}

/** A router on the LAN that speaks every few seconds. */
async function advertise(t: TestContext, onLan: (...argv: readonly string[]) => Promise<string>) {
  const pidFile = join(temporaryFolder(t), "pid");
  const quiet = ["--conf-file=/dev/null", "--port=0", "--dhcp-leasefile=/dev/null", "--log-facility=/dev/null"];
  const range = ["--enable-ra", "--ra-param=br0,4,1800", "--dhcp-range=fd07::,ra-only,64"];
  await onLan("dnsmasq", ...quiet, `--pid-file=${pidFile}`, "--interface=br0", ...range);
  return { [Symbol.asyncDispose]: async () => void process.kill(Number(readFileSync(pidFile, "utf8"))) };
}

/** Without the seconds that it has left. */
async function defaultRoute(): Promise<string | undefined> {
  const { stdout } = await run("ip -6 route show default".split(" "));
  return stdout.replaceAll(/ expires \S+/g, "").trim() || undefined;
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never happened: ${what}`);
}

function ping(address: string): string[] {
  return ["busybox", "ping", "-c", "1", "-W", "5", address];
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-forwarding-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
