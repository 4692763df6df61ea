import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Pod, VirtualMachineInstance } from "@peapod/api";
import { eventually } from "@peapod/machinery/testing";
import { isInOwnNamespaces } from "@peapod/network/testing";
import { launcherPod, podKey, scheduledInstance, vmiKey } from "../testing/guest-objects.ts";
import {
  condition,
  down,
  greeted,
  log,
  phase,
  pidOf,
  podIn,
  running,
  type,
  up,
  vmi,
  vmiWrites,
} from "../testing/guest-questions.ts";
import { makeGuestWorld, startGuestNode } from "../testing/guest-world.ts";
import { openGuestControl } from "./control.ts";
import { powerDownAll } from "./power-down-all.ts";

const patience = { timeout: 120_000 };

if (isInOwnNamespaces(import.meta.url)) {
  test("a scheduled VMI becomes a running guest by one update, with all that is known of it", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    const { status } = await running(world);
    assert.equal(vmiWrites(world), 1);
    assert.deepEqual(status?.interfaces, [
      {
        ipAddress: "10.244.0.2",
        ipAddresses: ["10.244.0.2"],
        mac: status?.interfaces?.[0]?.mac,
        name: "default",
        podInterfaceName: "eth0",
        infoSource: "domain",
        linkState: "up",
        queueCount: 1,
      },
    ]);
    assert.deepEqual(status?.volumeStatus, [{ name: "boot", target: "vda" }]);
    assert.match(status?.machine?.type ?? "", /^pc-q35-/);
    assert.equal(status?.memory?.guestCurrent, "64Mi");
    assert.deepEqual(status?.currentCPUTopology, { sockets: 1, cores: 1, threads: 1 });
    assert.deepEqual(
      status?.phaseTransitionTimestamps?.map(({ phase }) => phase),
      ["Running"],
    );
    assert.deepEqual(
      world.said().filter((line) => line.includes("VirtualMachineInstance")),
      ["Normal Created: VirtualMachineInstance defined.", "Normal Started: VirtualMachineInstance started."],
    );
    await eventually(async () => (await log(node)) === "hello\r\n");
    await down(world);
    assert.deepEqual(await world.leftovers(), []);
  });

  test("a VMI that is deleted is powered down within its grace and has succeeded", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    await running(world);
    await greeted(node);
    await world.api.client.delete(VirtualMachineInstance, vmiKey);
    const { status } = await phase(world, "Succeeded");
    assert.equal(status?.reason, undefined);
    const said = world.said();
    for (const line of [
      "Normal ShuttingDown: Signaled Graceful Shutdown",
      "Normal Deleted: Signaled Deletion",
      "Normal Stopped: The VirtualMachineInstance was shut down.",
    ]) {
      assert.ok(said.includes(line), line);
    }
    const pod = await eventually(() => podIn(world, "Succeeded"));
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 0);
    assert.equal(await log(node), "hello\r\n", "its log outlives it");
  });

  test("deleting its pod alone powers the guest down too", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    await running(world);
    await greeted(node);
    await world.api.client.delete(Pod, podKey, { gracePeriodSeconds: 60 });
    await phase(world, "Succeeded");
    await eventually(() => world.api.get(Pod, podKey) === undefined);
    assert.deepEqual(await world.leftovers(), []);
  });

  test("a guest that powers itself off has succeeded", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    await running(world);
    await type(node, "q");
    await phase(world, "Succeeded");
    await eventually(() => podIn(world, "Succeeded"));
  });

  test("a guest that panics has failed, and says so", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world, scheduledInstance("1", { devices: { panicDevices: [{ model: "isa" }] } }));
    await running(world);
    await type(node, "p");
    assert.equal((await phase(world, "Failed")).status?.reason, "GuestPanicked");
    assert.ok(world.said().includes("Warning Stopped: The VirtualMachineInstance crashed."));
    const pod = await eventually(() => podIn(world, "Failed"));
    assert.match(pod.status?.message ?? "", /kernel panicked/);
  });

  test("a QEMU that is killed is a guest that crashed", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    await running(world);
    process.kill(pidOf(node), "SIGKILL");
    assert.equal((await phase(world, "Failed")).status?.reason, "Crashed");
    await eventually(() => podIn(world, "Failed"));
  });

  test("a guest that does not listen is switched off when its grace ends", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using _node = await startGuestNode(world);
    await up(world, scheduledInstance("1", { devices: { disks: [] }, volumes: [], terminationGracePeriodSeconds: 1 }));
    await running(world);
    await world.api.client.delete(VirtualMachineInstance, vmiKey);
    assert.equal((await phase(world, "Failed")).status?.reason, "GracePeriodExpired");
  });

  test("a guest can be paused, resumed, reset and rebooted, and its status follows", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    await running(world);
    await greeted(node);
    const { signal } = node.stop;
    const control = openGuestControl({ ...node, now: () => new Date() }, "default", "web");
    assert.ok(control);
    await control.pause(signal);
    const paused = await eventually(() => condition(world, "Paused"));
    assert.deepEqual([paused.status, paused.reason], ["True", "PausedByUser"]);
    await control.unpause(signal);
    await eventually(() => condition(world, "Paused") === undefined);
    assert.ok(world.said().includes("Normal Paused: VirtualMachineInstance paused."));
    assert.ok(world.said().includes("Normal Unpaused: VirtualMachineInstance unpaused."));
    await control.reset(signal);
    await eventually(async () => (await log(node)) === "hello\r\nhello\r\n");
    await control.softReboot(signal);
    await eventually(async () => (await log(node)) === "hello\r\nhello\r\nhello\r\n");
    assert.equal(vmi(world)?.status?.phase, "Running");
    assert.equal(openGuestControl({ ...node, now: () => new Date() }, "default", "db"), undefined);
  });

  test("a guest that is to start paused waits for somebody to unpause it", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world, scheduledInstance("1", { startStrategy: "Paused" }));
    await running(world);
    assert.equal(condition(world, "Paused")?.reason, "PausedByUser");
    assert.equal(vmiWrites(world), 1);
    const control = openGuestControl({ ...node, now: () => new Date() }, "default", "web");
    await control?.unpause(node.stop.signal);
    await eventually(() => condition(world, "Paused") === undefined);
  });

  test("an agent that comes back finds its guest running and changes nothing", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    let pid: number;
    {
      await using node = await startGuestNode(world);
      await up(world);
      await running(world);
      await greeted(node);
      pid = pidOf(node);
    }
    const before = world.api.writes().length;
    await using node = await startGuestNode(world);
    await eventually(() => node.keeper.live("vmi-1"));
    assert.equal(pidOf(node), pid);
    await type(node, "x");
    await eventually(async () => (await log(node)) === "hello\r\nx");
    assert.equal(world.api.writes().length, before);
  });

  test("what a guest did while no agent looked is reported as that", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    for (const [index, [key, wanted]] of [
      ["q", "Succeeded"],
      ["k", "Failed"],
      ["r", "Running"],
    ].entries()) {
      const uid = String(index);
      let pid: number;
      {
        await using node = await startGuestNode(world);
        await up(world, scheduledInstance(uid), launcherPod(uid));
        await running(world);
        await greeted(node);
        pid = pidOf(node);
        if (key !== "k") await type(node, key ?? "");
      }
      if (key === "k") process.kill(pid, "SIGKILL");
      await using _node = await startGuestNode(world);
      await phase(world, wanted ?? "");
      await down(world);
    }
  });

  test("what keeps a guest from starting is said on its VMI, and heals by itself", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    world.images.delete("boot");
    await using _node = await startGuestNode(world);
    await up(world);
    const trouble = await eventually(() => condition(world, "Synchronized"));
    assert.equal(trouble.reason, "Synchronizing with the Domain failed.");
    assert.match(trouble.message ?? "", /Cannot prepare volume "boot": the image "boot" is not on this node/);
    assert.ok(world.said().some((line) => line.startsWith("Warning SyncFailed: Cannot prepare volume")));
    world.images.add("boot");
    await running(world);
    assert.equal(condition(world, "Synchronized"), undefined);
  });

  test("a UEFI guest starts from its own copy of the variables", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    const uefi = {
      firmware: { uuid: "5d307ca9-b3ef-428c-8861-06e72d69f223", bootloader: { efi: { secureBoot: false } } },
    };
    await up(world, scheduledInstance("1", { features: uefi }));
    await running(world);
    const [sandbox] = node.sandboxes.list();
    assert.ok(readFileSync(`${sandbox?.dataDir}/uefi-variables.fd`).length > 0);
  });

  test("powerDownAll() shuts guests down without an agent and leaves how it was", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    {
      await using node = await startGuestNode(world);
      await up(world);
      await running(world);
      await greeted(node);
    }
    const guestsDir = `${world.folder}/guests`;
    const [guest, ...more] = await powerDownAll({ guestsDir });
    assert.deepEqual([guest?.name, guest?.how, more], ["web", "shutdown", []]);
    assert.deepEqual(await powerDownAll({ guestsDir }), []);
    await using _node = await startGuestNode(world);
    assert.equal((await phase(world, "Failed")).status?.reason, "NodeShutdown");
  });
}
