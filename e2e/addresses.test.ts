/** An address belongs to its VM: it stays from pod to pod and through restarts of Peapod, and is free again when the VM is gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "@peapod/api";
import { eventually, guestImage, type Peapod, startPeapod } from "./harness.ts";

const image = "example.org/guest:1";

test("a machine keeps its address when its pod, its instance or Peapod itself goes, and gives it back at its end", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  await peapod.apply(machine("first"));
  const [first] = await podOf(peapod, "first");
  await peapod.apply(machine("second"));
  const [second] = await podOf(peapod, "second");
  assert.notEqual(first.podIP, second.podIP);

  await peapod.kubectl("delete", "pod", first.name, "--grace-period=1");
  const [again] = await podOf(peapod, "first", first.name);
  assert.equal(again.podIP, first.podIP);

  await peapod.kubectl("patch", "vm", "first", "--type=merge", "-p", '{"spec":{"runStrategy":"Halted"}}');
  await eventually("the first machine is down", async () => (await podsOf(peapod, "first")).length === 0 || undefined);
  peapod.kill("control-plane", "agent");
  await peapod.up();
  await peapod.apply(machine("third"));
  const [third] = await podOf(peapod, "third");
  assert.ok(![first.podIP, second.podIP].includes(third.podIP), "a machine that is off keeps its address");

  await peapod.kubectl("delete", "vm", "first", "--timeout=60s");
  await eventually("the first machine's address is free", async () => {
    await peapod.kubectl("delete", "vm", "third", "--ignore-not-found", "--timeout=60s");
    await peapod.apply(machine("third"));
    const [pod] = await podOf(peapod, "third");
    return pod.podIP === first.podIP || undefined;
  });
});

interface RunningPod {
  readonly name: string;
  readonly podIP: string;
}

/** The launcher pod of a VM once it runs; another one than `notThis`. */
async function podOf(peapod: Peapod, vm: string, notThis?: string): Promise<readonly [RunningPod]> {
  return eventually(`vm/${vm} has a running pod`, async () => {
    const pod = (await podsOf(peapod, vm)).find(
      ({ metadata, status }) => metadata.name !== notThis && status?.phase === "Running" && !metadata.deletionTimestamp,
    );
    const { name } = pod?.metadata ?? {};
    const { podIP } = pod?.status ?? {};
    return name !== undefined && podIP !== undefined ? ([{ name, podIP }] as const) : undefined;
  });
}

async function podsOf(peapod: Peapod, vm: string): Promise<readonly Pod[]> {
  const client = await peapod.client();
  const { items } = await client.list(Pod, { namespace: "default", labelSelector: "kubevirt.io=virt-launcher" });
  return items.filter(({ metadata }) => metadata.annotations?.["kubevirt.io/domain"] === vm);
}

/** No grace: nobody waits for these guests, whose addresses are their pods'. */
function machine(name: string): string {
  return `apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: { name: ${name} }
spec:
  runStrategy: Always
  template:
    spec:
      terminationGracePeriodSeconds: 0
      domain:
        devices:
          disks: [{ name: root, disk: { bus: virtio } }]
          interfaces: [{ name: default, masquerade: {} }]
        memory: { guest: 128Mi }
      networks: [{ name: default, pod: {} }]
      volumes: [{ name: root, containerDisk: { image: "${image}" } }]
`;
}
