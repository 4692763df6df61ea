/** The agent is killed after every step by which it keeps pools, endpoints and addresses. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { SpiderEndpoint, SpiderIPPool, VirtualMachineInstance } from "@peapod/api";
import { eventually, guestImage, type Peapod, startPeapod } from "./harness.ts";
import { quickMachine } from "./launchers.ts";

const image = "example.org/guest:1";

test("the agent may die after any step that follows pools: no address leaks, and all agree in the end", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: guestImage() } });
  const report = JSON.parse(readFileSync(globSync("/run/peapod/*/agent-report.json")[0] ?? "", "utf8"));
  const steps = (report.checkpoints as readonly string[]).filter((name) =>
    /^(addresses|endpoints|ip-pools|ipam)\//.test(name),
  );
  const died: string[] = [];
  for (const step of steps) {
    peapod.kill("control-plane", "agent");
    await peapod.up({ PEAPOD_DIE_AFTER: step });
    const [file = ""] = globSync("/run/peapod/*/agent.pid");
    const pid = readFileSync(file, "utf8");
    await liveAndDie(peapod, step);
    if (readFileSync(file, "utf8") !== pid) died.push(step);
  }
  t.diagnostic(`died after ${died.length} of ${steps.length} steps: ${died.join(", ")}`);
  for (const step of [
    "ip-pools/putPool",
    "endpoints/createEndpoint",
    "addresses/releaseAddresses",
    "ip-pools/forgetPool",
    "ipam/taken",
    "ipam/proven",
  ]) {
    assert.ok(died.includes(step), `${step} was on the way`);
  }
});

/** A pool, a machine that takes from it, and both go again. */
async function liveAndDie(peapod: Peapod, when: string): Promise<void> {
  await peapod.apply(manifest);
  const client = await peapod.client();
  await eventually(`${when}: it runs`, async () => {
    const vmi = await client.find(VirtualMachineInstance, { namespace: "default", name: "web" });
    return vmi?.status?.phase === "Running" || undefined;
  });
  await eventually(`${when}: it holds the first address`, async () => {
    const endpoint = await client.find(SpiderEndpoint, { namespace: "default", name: "web" });
    return endpoint?.status?.current.ips[0]?.ipv4 === "10.8.0.10/24" || undefined;
  });
  await allAgree(peapod, when);
  await peapod.kubectl("delete", "spiderippool", "deaths", "--wait=false");
  await peapod.kubectl("delete", "vm", "web", "--timeout=60s");
  await eventually(`${when}: the pool is gone`, async () => {
    return (await client.find(SpiderIPPool, { name: "deaths" })) === undefined || undefined;
  });
  await eventually(`${when}: its endpoint is gone`, async () => {
    return (await client.list(SpiderEndpoint)).items.length === 0 || undefined;
  });
  await allAgree(peapod, when);
}

/** The agent may be on its way back. */
async function allAgree(peapod: Peapod, when: string): Promise<void> {
  await eventually(`${when}: all agree`, async () => {
    const { code, stdout, stderr } = await peapod.peapod("ipam", "check");
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
    return true;
  });
}

/** A bridge of its own needs no LAN, and is looked at for others all the same; the guest starts no further than QEMU. */
const manifest = `apiVersion: v1
kind: ConfigMap
metadata: { name: spiderpool-conf, namespace: kube-system }
data: { conf.yml: "enableIPConflictDetection: true" }
---
apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderIPPool
metadata: { name: deaths }
spec:
  subnet: 10.8.0.0/24
  gateway: 10.8.0.1
  ips: [10.8.0.10-10.8.0.20]
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: lan, namespace: kube-system }
spec:
  config: |
    {"cniVersion":"0.3.1","name":"lan","plugins":[{"type":"bridge","bridge":"lan0",
     "ipam":{"type":"spiderpool","default_ipv4_ippool":["deaths"]}}]}
---
${quickMachine("web", image, { "v1.multus-cni.io/default-network": "kube-system/lan" })}`;
