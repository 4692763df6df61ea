/** The agent is killed after every step there is, one after the other. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { VirtualMachineInstance } from "@peapod/api";
import { inventory } from "@peapod/network";
import { eventually, guestImage, type Peapod, startPeapod } from "./harness.ts";
import { image, manifest, qemuPids } from "./small-machine.ts";

test("the agent may die after any step of a guest's start or stop: the next one finishes, and nothing is doubled or left", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  const report = JSON.parse(readFileSync(globSync("/run/peapod/*/agent-report.json")[0] ?? "", "utf8"));
  const instanceId = (globSync("/run/peapod/*/agent.pid")[0] ?? "").split("/")[3] ?? "";
  // The first pod makes the bridge, which stays.
  await startAndDelete(peapod, "first");
  const idle = await inventory(instanceId);
  const died: string[] = [];
  for (const checkpoint of report.checkpoints as readonly string[]) {
    peapod.kill("control-plane", "agent");
    await peapod.up({ PEAPOD_DIE_AFTER: checkpoint });
    const [file = ""] = globSync("/run/peapod/*/agent.pid");
    const pid = readFileSync(file, "utf8");
    await startAndDelete(peapod, checkpoint);
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

/** Starts a machine as far as QEMU, looks that there is one, and deletes it without grace. */
async function startAndDelete(peapod: Peapod, when: string): Promise<void> {
  await peapod.apply(manifest("walker", "Always", 0));
  await eventually(`${when}: it runs`, async () => (await phaseOf(peapod)) === "Running" || undefined);
  assert.equal(qemuPids().length, 1, `${when}: one QEMU`);
  await peapod.kubectl("delete", "vm", "walker", "--timeout=60s");
}

async function phaseOf(peapod: Peapod): Promise<string | undefined> {
  const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name: "walker" });
  return vmi?.status?.phase;
}

function withoutRunFiles({ runFiles: _, ...rest }: Awaited<ReturnType<typeof inventory>>) {
  return { ...rest, processes: rest.processes.filter(({ command }) => !command.includes("peapod.ts")) };
}
