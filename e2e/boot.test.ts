/** From `kubectl apply` to a guest that answers, for each binding; and down without a trace. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Pod, VirtualMachineInstance } from "@peapod/api";
import { addressOf, answerOf, eventually, guestImage, root, startPeapod } from "./harness.ts";

const cirros = "quay.io/kubevirt/cirros-container-disk-demo";

test("a machine from a manifest boots, answers, shows its console, and its launcher pod is real", async (t) => {
  const peapod = await startPeapod(t, { images: { [cirros]: await guestImage() } });
  await peapod.apply("examples/vm-cirros.yaml");
  await peapod.kubectl("wait", "vm/vm-cirros", "--for=condition=Ready", "--timeout=120s");
  const address = await addressOf(peapod, "vm-cirros");
  assert.match(await answerOf(address), /vm-cirros/);
  const client = await peapod.client();
  const vmi = await client.get(VirtualMachineInstance, { namespace: "default", name: "vm-cirros" });
  const { items } = await client.list(Pod, {
    namespace: "default",
    labelSelector: `kubevirt.io/created-by=${vmi.metadata.uid}`,
  });
  const [pod] = items;
  assert.equal(pod?.status?.phase, "Running");
  assert.equal(pod?.status?.podIP, address);
  await eventually("the console shows what cloud-init printed", async () => {
    const log = await peapod.kubectl("logs", pod?.metadata.name ?? "");
    return log.includes("printed from cloud-init userdata") || undefined;
  });
  const table = await peapod.kubectl("get", "vm,vmi,pod", "-o", "wide");
  assert.match(table, /virtualmachine\.kubevirt\.io\/vm-cirros\s+\S+\s+Running\s+True/);
  await peapod.kubectl("delete", "vm", "vm-cirros", "--timeout=60s");
  assert.equal((await client.list(Pod, { namespace: "default" })).items.length, 0);
});

test("a bridged machine gets the pod's address and MAC, and guests reach each other", async (t) => {
  const image = await guestImage();
  const peapod = await startPeapod(t, { images: { [cirros]: image } });
  await peapod.apply("examples/vm-bridge.yaml");
  await peapod.apply("examples/vm-cirros.yaml");
  const [bridged, masqueraded] = [await addressOf(peapod, "vm-bridge"), await addressOf(peapod, "vm-cirros")];
  assert.match(await answerOf(bridged), /vm-bridge/);
  assert.match(await answerOf(masqueraded), /vm-cirros/);
  assert.notEqual(bridged, masqueraded);
});

const seed = join(root, "../shared/seeds/manifests/000-passt-macvlan-cirros.yaml");

test("the seed's cirros machine boots with masquerade in place of passt", { skip: !existsSync(seed) }, async (t) => {
  const peapod = await startPeapod(t, { images: { [cirros]: await guestImage() } });
  const manifest = readFileSync(seed, "utf8")
    .replace("passt: {}", "masquerade: {}")
    .replace("memory: 64M", "memory: 128M")
    .replace("kube-system/macvlan-ens192", "kube-system/k8s-pod-network");
  await peapod.apply(manifest);
  assert.match(await answerOf(await addressOf(peapod, "vm-cirros")), /vm-cirros/);
});
