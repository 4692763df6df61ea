/** A guest on an underlay network, through the coordinator: who reaches it, and what is left when the agent dies on the way. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { VirtualMachine } from "@peapod/api";
import { inventory } from "@peapod/network";
import { addressOf, answerOf, eventually, execute, guestImage, type Peapod, startPeapod, succeed } from "./harness.ts";
import { image, manifest, qemuPids } from "./small-machine.ts";
import { createUnderlay } from "./underlay.ts";

const address = "10.6.168.101";
const starting = ["cni/begun", "cni/pluginAdded", "coordinator/host", "coordinator/pod", "cni/finished"];
const ending = ["cni/pluginDeleted", "cni/forgotten"];

test("a guest on an underlay network is reached by LAN and node; an agent that dies while it comes or goes leaves nothing", async (t) => {
  await using lan = await createUnderlay({ addresses: ["10.6.0.11/16"] });
  const neighbour = await lan.addHost("neighbour", ["10.6.0.1/16"]);
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  await peapod.apply("examples/underlay-macvlan.yaml");
  await eventually("its network is there", async () =>
    (await peapod.kubectl("get", "net-attach-def", "-n", "kube-system", "-o", "name")).includes("macvlan-ens192"),
  );
  await start(peapod);
  assert.equal(await addressOf(peapod, "web"), address);
  assert.match(await answerOf(address), /./);
  assert.equal(await neighbour.pings(address), true);
  assert.ok(await neighbour.get(`http://${address}/`));
  const { stdout } = succeed(await execute("ip", ["route", "get", address]));
  assert.match(stdout, /dev pp[0-9a-f]{6}c[0-9a-f]{6} table 500/);
  await stop(peapod);
  const instance = (globSync("/run/peapod/*/agent.pid")[0] ?? "").split("/")[3] ?? "";
  const idle = lasting(await inventory(instance));
  const isClean = (when: string): Promise<boolean> =>
    eventually(`${when}: nothing is left`, async () => {
      assert.deepEqual(lasting(await inventory(instance)), idle);
      return true;
    });
  for (const checkpoint of [...starting, ...ending]) {
    peapod.kill("control-plane", "agent");
    await peapod.up({ PEAPOD_DIE_AFTER: checkpoint });
    const [file = ""] = globSync("/run/peapod/*/agent.pid");
    const pid = readFileSync(file, "utf8");
    await start(peapod);
    assert.equal(qemuPids().length, 1, `${checkpoint}: one QEMU`);
    await stop(peapod);
    await isClean(checkpoint);
    assert.notEqual(readFileSync(file, "utf8"), pid, `${checkpoint} was on the way`);
  }
});

async function start(peapod: Peapod): Promise<void> {
  const annotation =
    '      metadata: { annotations: { "v1.multus-cni.io/default-network": kube-system/macvlan-ens192 } }';
  const [head = "", tail = ""] = manifest("web", "Always", 0)
    .replace("masquerade", "passt")
    .split("    spec:\n      terminationGracePeriodSeconds");
  await peapod.apply(`${head}${annotation.slice(2)}\n    spec:\n      terminationGracePeriodSeconds${tail}`);
  await addressOf(peapod, "web");
}

async function stop(peapod: Peapod): Promise<void> {
  await peapod.kubectl("delete", "vm", "web", "--timeout=60s");
  const client = await peapod.client();
  await eventually("the machine is gone", async () => {
    return (await client.find(VirtualMachine, { namespace: "default", name: "web" })) === undefined || undefined;
  });
}

/** What is there without any guest as well. */
function lasting({ runFiles: _, ...rest }: Awaited<ReturnType<typeof inventory>>) {
  return { ...rest, processes: rest.processes.filter(({ command }) => !command.includes("peapod.ts")) };
}
