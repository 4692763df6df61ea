/** Guests owe nothing to our processes: whatever dies and whenever, they run on, and what was half-done is finished or cleaned up. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { VirtualMachineInstance } from "@peapod/api";
import { inventory } from "@peapod/network";
import { connectQmp, pressPowerButton, queryStatus } from "@peapod/qemu/node";
import { addressOf, answerOf, eventually, guestImage, type Peapod, startPeapod, succeed } from "./harness.ts";

const image = "peapod.test/guest";

const manifest = (name: string, runStrategy: string, graceSeconds: number) => `
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: ${name}
spec:
  runStrategy: ${runStrategy}
  template:
    spec:
      terminationGracePeriodSeconds: ${graceSeconds}
      domain:
        devices:
          disks:
            - { name: root, disk: { bus: virtio } }
          interfaces:
            - { name: default, masquerade: {} }
        memory: { guest: 128Mi }
      networks:
        - { name: default, pod: {} }
      volumes:
        - { name: root, containerDisk: { image: ${image}, imagePullPolicy: Never } }
`;

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

test("the agent may die after any step of a guest's start or stop: the next one finishes, and nothing is doubled or left", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  const report = JSON.parse(readFileSync(globSync("/run/peapod/*/agent-report.json")[0] ?? "", "utf8"));
  const instanceId = (globSync("/run/peapod/*/agent.pid")[0] ?? "").split("/")[3] ?? "";
  const idle = await inventory(instanceId);
  const died: string[] = [];
  for (const checkpoint of report.checkpoints as readonly string[]) {
    peapod.kill("control-plane", "agent");
    await peapod.up({ PEAPOD_DIE_AFTER: checkpoint });
    const [file = ""] = globSync("/run/peapod/*/agent.pid");
    const pid = readFileSync(file, "utf8");
    await peapod.apply(manifest("walker", "Always", 0));
    await eventually(
      `${checkpoint}: it runs`,
      async () => (await instance(peapod, "walker")).status?.phase === "Running" || undefined,
    );
    assert.equal(qemuPids().length, 1, `${checkpoint}: one QEMU`);
    await peapod.kubectl("delete", "vm", "walker", "--timeout=60s");
    await eventually(`${checkpoint}: nothing is left`, async () => {
      const left = await inventory(instanceId);
      assert.deepEqual(withoutRunFiles(left), withoutRunFiles(idle));
      return true;
    });
    assert.deepEqual(globSync(`${peapod.dataDir}/guests/*`), [], `${checkpoint}: no folder is left`);
    if (readFileSync(file, "utf8") !== pid) died.push(checkpoint);
  }
  const missed = (report.checkpoints as readonly string[]).filter((name) => !died.includes(name));
  t.diagnostic(
    `died after ${died.length} of ${report.checkpoints.length} steps; not on this way: ${missed.join(", ")}`,
  );
  for (const name of [
    "pods/makeSandbox",
    "guests/qemuStarted",
    "guests/qemuRecorded",
    "guests/endRecorded",
    "pods/removeSandbox",
  ]) {
    assert.ok(died.includes(name), `${name} was on the way`);
  }
});

async function instance(peapod: Peapod, name: string): Promise<VirtualMachineInstance> {
  return (await peapod.client()).get(VirtualMachineInstance, { namespace: "default", name });
}

/** Of this test's namespaces: others may run beside it. */
function qemuPids(): readonly number[] {
  return globSync("/run/peapod/*/*/qemu.pid")
    .map((file) => Number(readFileSync(file, "utf8")))
    .filter((pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    });
}

function withoutRunFiles({ runFiles: _, ...rest }: Awaited<ReturnType<typeof inventory>>) {
  return { ...rest, processes: rest.processes.filter(({ command }) => !command.includes("peapod.ts")) };
}
