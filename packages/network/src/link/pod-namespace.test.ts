import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { run } from "@peapod/machinery/node";
import { makeLan } from "../testing/lan.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { openTestNode } from "../testing/test-node.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("a pod on a LAN whose router advertises has the addresses and routes of its plugins alone", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "network-namespace-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    // The machine is on the LAN as well, and listens.
    await using lan = await makeLan({ nic: "ens192", gateway: ["fd07::1/64"], node: [] });
    const pidFile = join(folder, "dnsmasq.pid");
    const quiet = ["--conf-file=/dev/null", "--port=0", "--dhcp-leasefile=/dev/null", "--log-facility=/dev/null"];
    const router = ["--enable-ra", "--ra-param=br0,4,1800", "--dhcp-range=fd07::,ra-only,64", "--interface=br0"];
    await lan.run("dnsmasq", ...quiet, `--pid-file=${pidFile}`, ...router);
    await using undo = new AsyncDisposableStack();
    undo.defer(() => void process.kill(Number(readFileSync(pidFile, "utf8"))));

    const ranges = [[{ subnet: "fd07::/64", rangeStart: "fd07::100", rangeEnd: "fd07::109", gateway: "fd07::1" }]];
    const ipam = { type: "host-local", dataDir: "/run/test-namespace", ranges, routes: [{ dst: "::/0" }] };
    const config = { cniVersion: "1.0.0", name: "lan", type: "macvlan", master: "ens192", ipam };
    const nad = { metadata: { namespace: "default", name: "lan" }, spec: { config: JSON.stringify(config) } };
    await using node = await openTestNode({ folder, nads: [nad] });
    const pod = await node.addPod("web", { annotations: { "v1.multus-cni.io/default-network": "default/lan" } });
    await run("ip -6 address flush dev ens192 scope global".split(" "));
    await run("ip -6 route flush dev ens192 proto ra".split(" "));
    for (let attempt = 0; (await routesBy("ra")) === ""; attempt++) {
      assert.ok(attempt < 300, "the machine never heard the router again");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const addresses = await pod.run("ip", "-6", "-oneline", "address", "show", "dev", "eth0", "scope", "global");
    assert.deepEqual(addresses.match(/fd07:\S+/g), ["fd07::100/64"]);
    const routes = await pod.run("ip", "-6", "route", "show", "default");
    assert.deepEqual(routes.match(/via \S+/g), ["via fd07::1"]);
    await pod.remove();
  });
}

async function routesBy(protocol: string): Promise<string> {
  return (await run(["ip", "-6", "route", "show", "default", "dev", "ens192", "proto", protocol])).stdout.trim();
}
