import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "@peapod/machinery/testing";
import type { Attachment, PortTrouble } from "@peapod/network";
import { exampleAttachment } from "@peapod/network/testing";
import type { Pulse } from "./pulse.ts";
import { WireWatch } from "./wire-watch.ts";

/** No namespace has a link of that name. */
const lost = exampleAttachment({
  binding: "passt",
  podInterfaceName: "absent0",
  backend: { type: "stream", socketPath: "/s" },
});
const whole: Attachment = { ...lost, podInterfaceName: "lo" };

test("WireWatch tells of a loss until somebody asks, and then not again", () => {
  using world = watch(lost);
  world.beat();
  world.beat();
  assert.equal(world.told(), 2);
  assert.deepEqual(
    world.wires.losses().map(({ links }) => links),
    [["absent0"]],
  );
  world.beat();
  assert.equal(world.told(), 2);
});

test("WireWatch has nothing to tell of an interface that is whole, and names one whose mending was left", () => {
  using world = watch(whole);
  world.beat();
  assert.deepEqual([world.told(), world.wires.losses()], [0, []]);
  assert.deepEqual(
    world.wires.losses(["default"]).map(({ links, isDetached }) => [links, isDetached]),
    [[[], false]],
  );
  world.beat();
  assert.equal(world.told(), 0);
});

test("WireWatch tells of the node's end of an interface whose links are all there", () => {
  const port = { is: "down", link: "veth1", next: "raise" } as const;
  using world = watch(whole, new Map([["lo", port]]));
  world.beat();
  assert.equal(world.told(), 1);
  assert.deepEqual(
    world.wires.losses().map((loss) => [loss.links, loss.port]),
    [[[], port]],
  );
});

test("WireWatch remembers how often mending failed, and why", () => {
  using world = watch(lost);
  const because = "Cannot attach it";
  for (const isFinal of [false, true]) {
    world.wires.losses();
    world.wires.failed("default", { because, isFinal, triedAt: at("12:00:00") });
  }
  const [loss] = world.wires.losses();
  assert.deepEqual([loss?.attempts, loss?.because, loss?.isFinal, loss?.isDue], [2, because, true, false]);
});

function watch(attachment: Attachment, troubles: ReadonlyMap<string, PortTrouble> = new Map()) {
  let beat = (): void => {};
  let told = 0;
  const pulse: Pick<Pulse, "onBeat"> = {
    onBeat(listener) {
      beat = listener;
      return { [Symbol.dispose]: () => {} };
    },
  };
  const wires = new WireWatch({
    pid: process.pid,
    podUid: "uid-1",
    netnsPath: "/proc/self/ns/net",
    runDir: "/nowhere",
    attachments: [attachment],
    pulse,
    ports: {
      follow: () => ({ [Symbol.dispose]: () => {} }),
      troublesOf: (podUid) => (podUid === "uid-1" ? troubles : new Map()),
      look: async () => {},
    },
    findLostPorts: async () => new Set(),
    onChange: () => {
      told += 1;
    },
    onNewAddress: () => assert.fail("nothing was seen"),
    onError: (error) => assert.ifError(error),
  });
  return { wires, beat: () => beat(), told: () => told, [Symbol.dispose]: () => wires[Symbol.dispose]() };
}
