/** An address belongs to its VM: it stays from pod to pod and through restarts of Peapod, and is free again when the VM is gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, guestImage, startPeapod } from "./harness.ts";
import { launchersOf, quickMachine, runningPodOf } from "./launchers.ts";

const image = "example.org/guest:1";

test("a machine keeps its address when its pod, its instance or Peapod itself goes, and gives it back at its end", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  await peapod.apply(quickMachine("first", image));
  const first = await runningPodOf(peapod, "first");
  await peapod.apply(quickMachine("second", image));
  const second = await runningPodOf(peapod, "second");
  assert.notEqual(first.ip, second.ip);

  await peapod.kubectl("delete", "pod", first.name, "--grace-period=1");
  const again = await runningPodOf(peapod, "first", first.name);
  assert.equal(again.ip, first.ip);

  await peapod.kubectl("patch", "vm", "first", "--type=merge", "-p", '{"spec":{"runStrategy":"Halted"}}');
  await eventually(
    "the first machine is down",
    async () => (await launchersOf(peapod, "first")).length === 0 || undefined,
  );
  peapod.kill("control-plane", "agent");
  await peapod.up();
  await peapod.apply(quickMachine("third", image));
  const third = await runningPodOf(peapod, "third");
  assert.ok(![first.ip, second.ip].includes(third.ip), "a machine that is off keeps its address");

  await peapod.kubectl("delete", "vm", "first", "--timeout=60s");
  await eventually("the first machine's address is free", async () => {
    await peapod.kubectl("delete", "vm", "third", "--ignore-not-found", "--timeout=60s");
    await peapod.apply(quickMachine("third", image));
    const pod = await runningPodOf(peapod, "third");
    return pod.ip === first.ip || undefined;
  });
});
