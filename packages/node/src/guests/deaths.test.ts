import assert from "node:assert/strict";
import test from "node:test";
import { Pod } from "@peapod/api";
import { listCheckpoints } from "@peapod/machinery";
import { eventually } from "@peapod/machinery/testing";
import { isInOwnNamespaces } from "@peapod/network/testing";
import { dyingAt } from "../testing/dying-at.ts";
import { launcherPod, podKey, scheduledInstance } from "../testing/guest-objects.ts";
import { answers, down, greeted, log, running, up } from "../testing/guest-questions.ts";
import { makeGuestWorld, startGuestNode } from "../testing/guest-world.ts";

if (isInOwnNamespaces(import.meta.url)) {
  test("a death at any step of a guest's start or end is made good by the next agent", {
    timeout: 600_000,
  }, async (t) => {
    await using world = await makeGuestWorld(t);
    {
      await using _node = await startGuestNode(world); // registers the names of its steps
    }
    const names = listCheckpoints().filter((name) => /^(guests|binding|volumes)\//.test(name));
    assert.ok(names.length >= 14, names.join());
    for (const [index, name] of names.entries()) {
      await t.test(name, async () => {
        const uid = `d${index}`;
        {
          await using node = await startGuestNode(world);
          await dyingAt(name, node, [
            () => up(world, scheduledInstance(uid), launcherPod(uid)),
            () => running(world),
            () => greeted(node),
            () => world.api.client.delete(Pod, podKey, { gracePeriodSeconds: 60 }),
            () => eventually(() => world.api.get(Pod, podKey) === undefined),
          ]);
        }
        await using node = await startGuestNode(world);
        const pod = world.api.get(Pod, podKey);
        if (pod && pod.metadata.deletionTimestamp === undefined) {
          await running(world);
          await answers(node);
          // What it says while no agent is there to hear it is lost: at most one greeting, not always one.
          assert.ok((await log(node)).split("hello").length <= 2, "the guest was booted once");
        }
        await down(world);
        await eventually(() => node.sandboxes.list().length === 0);
        assert.deepEqual(await world.leftovers(), []);
      });
    }
  });
}
