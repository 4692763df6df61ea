/** Guests owe nothing to our processes: whatever dies and whenever, they run on, and what was half-done is finished or cleaned up. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { VirtualMachineInstance } from "@peapod/api";
import { connectQmp, pressPowerButton, queryStatus } from "@peapod/qemu/node";
import { addressOf, answerOf, eventually, guestImage, type Peapod, startPeapod, succeed } from "./harness.ts";
import { image, manifest, qemuPids } from "./small-machine.ts";

test("kill -9 of all of Peapod: the guest does not notice and is adopted as it is", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  await peapod.apply(manifest("steady", "Always", 30));
  const address = await addressOf(peapod, "steady");
  await answerOf(address);
  const [before, vmiBefore] = [qemuPids(), await instance(peapod, "steady")];
  peapod.kill("control-plane", "agent");
  await answerOf(address);
  const { stdout } = succeed(await peapod.peapod("up", "--detach"));
  assert.match(stdout, /Adopted 1 guest \(steady .*\); nothing was restarted/);
  assert.deepEqual(qemuPids(), before);
  await answerOf(address);
  const vmiAfter = await instance(peapod, "steady");
  assert.equal(vmiAfter.metadata.uid, vmiBefore.metadata.uid);
  assert.equal(vmiAfter.status?.phase, "Running");
  assert.deepEqual(vmiAfter.status?.phaseTransitionTimestamps, vmiBefore.status?.phaseTransitionTimestamps);

  await t.test("an upgrade under running guests: down --keep-guests leaves exactly them", async () => {
    await peapod.down("--keep-guests");
    assert.deepEqual(qemuPids(), before);
    await answerOf(address);
    await peapod.up();
    assert.deepEqual(qemuPids(), before);
  });

  await t.test(
    "a guest that crashed meanwhile is reported as what it did, and its strategy starts it again",
    async () => {
      peapod.kill("control-plane", "agent");
      for (const pid of before) process.kill(pid, "SIGKILL");
      await peapod.up();
      const next = await eventually("another instance runs", async () => {
        const vmi = await instance(peapod, "steady");
        return vmi.metadata.uid !== vmiBefore.metadata.uid && vmi.status?.phase === "Running" ? vmi : undefined;
      });
      assert.equal(qemuPids().length, 1);
      assert.notEqual(next.metadata.uid, vmiBefore.metadata.uid);
    },
  );
});

test("a guest that powered itself off while nobody looked has Succeeded", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  await peapod.apply(manifest("leaver", "Once", 30));
  await answerOf(await addressOf(peapod, "leaver"));
  peapod.kill("control-plane", "agent");
  const [socket = ""] = globSync("/run/peapod/*/*/qmp1.sock");
  {
    await using qmp = await connectQmp(socket);
    await eventually("the guest is down", async () => {
      if ((await queryStatus(qmp)) === "shutdown") return true;
      await pressPowerButton(qmp);
      return undefined;
    });
  }
  await peapod.up();
  const vmi = await eventually("the end is reported", async () => {
    const seen = await instance(peapod, "leaver");
    return seen.status?.phase === "Succeeded" ? seen : undefined;
  });
  assert.equal(vmi.status?.phase, "Succeeded");
  assert.deepEqual(qemuPids(), []);
});

async function instance(peapod: Peapod, name: string): Promise<VirtualMachineInstance> {
  return (await peapod.client()).get(VirtualMachineInstance, { namespace: "default", name });
}
