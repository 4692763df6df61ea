import assert from "node:assert/strict";
import test from "node:test";
import { run } from "@peapod/machinery/node";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";
import { announce, findConflict, isGatewayReachable } from "./probes.ts";

const none = new AbortController().signal;

if (isInOwnNamespaces(import.meta.url)) {
  test("findConflict() finds who has an address on the wire, of both families, and nobody where there is none", async () => {
    await using wire = await makeWire();
    assert.equal(await findConflict(wire.pod, "eth0", "10.7.0.1", none), wire.hostMac);
    assert.equal(await findConflict(wire.pod, "eth0", "fd00::1", none), wire.hostMac);
    assert.equal(await findConflict(wire.pod, "eth0", "10.7.0.2", none), undefined);
    assert.equal(await findConflict(wire.pod, "eth0", "fd00::2", none), undefined);
  });

  test("isGatewayReachable() asks the gateway itself", async () => {
    await using wire = await makeWire();
    assert.equal(await isGatewayReachable(wire.pod, "eth0", "10.7.0.1", none), true);
    assert.equal(await isGatewayReachable(wire.pod, "eth0", "10.7.0.254", none), false);
  });

  test("announce() makes neighbours forget where an address was", async () => {
    await using wire = await makeWire();
    await run("ip neigh replace 10.7.0.9 lladdr 02:00:00:00:00:99 dev host nud stale".split(" "));
    await announce(wire.pod, "eth0", ["10.7.0.9", "fd00::9"], none);
    const { stdout } = await run(["ip", "neigh", "show", "10.7.0.9", "dev", "host"]);
    assert.match(stdout, /lladdr 02:00:00:00:00:01/);
  });

  test("probing an interface that is not there says so", async () => {
    await using wire = await makeWire();
    await assert.rejects(findConflict(wire.pod, "net7", "10.7.0.1", none), /Cannot use interface "net7": .*net7/);
    await assert.rejects(findConflict("/run/netns/gone", "eth0", "10.7.0.1", none), /Cannot use interface "eth0"/);
  });
}

/** A pod's interface, raised by nobody yet, and a machine that has 10.7.0.1 and fd00::1 at the other end. */
async function makeWire() {
  const commands = [
    "netns add pod",
    "link add host type veth peer name eth0 address 02:00:00:00:00:01 netns pod",
    "address add 10.7.0.1/24 dev host",
    "address add fd00::1/64 dev host nodad",
    "link set host up",
  ];
  for (const command of commands) await run(["ip", ...command.split(" ")]);
  const { stdout } = await run(["ip", "-o", "link", "show", "dev", "host"]);
  return {
    pod: "/run/netns/pod",
    hostMac: /ether (\S+)/.exec(stdout)?.[1] ?? "",
    [Symbol.asyncDispose]: async () => {
      await run(["ip", "link", "delete", "host"]);
      await run(["ip", "netns", "delete", "pod"]);
    },
  };
}
