import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate } from "node:timers/promises";
import type { PortTroubles } from "@peapod/network";
import { PortWatch } from "./port-watch.ts";

const loose = { is: "loose", link: "veth1", bridge: "br0" } as const;
const troubles: PortTroubles = new Map([["uid-1", new Map([["eth0", loose]])]]);

test("PortWatch looks once for all guests: at the first beat, when links are others, and else seldom", async () => {
  const world = watch();
  const [one, other] = [world.ports.follow(), world.ports.follow()];
  await world.beat(1);
  assert.equal(world.looks(), 1);
  assert.deepEqual(world.ports.troublesOf("uid-1").get("eth0"), loose);
  assert.equal(world.ports.troublesOf("uid-2").size, 0);
  await world.beat(13);
  assert.equal(world.looks(), 1);
  await world.beat(1);
  assert.equal(world.looks(), 2);
  world.setLinks("br0,lo");
  await world.beat(2);
  assert.equal(world.looks(), 3);
  one[Symbol.dispose]();
  assert.equal(world.listeners(), 1);
  other[Symbol.dispose]();
  assert.equal(world.listeners(), 0, "without guests there is no beat");
});

test("PortWatch looks anew for whoever asks while it looks, once for all who do", async () => {
  const world = watch();
  const first = world.ports.look();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(world.looks(), 1, "it has begun");
  await Promise.all([first, world.ports.look(), world.ports.look()]);
  assert.equal(world.looks(), 2);
});

test("PortWatch goes on after a look that failed, and tells whoever asked for it", async () => {
  const world = watch({ fails: 1 });
  await assert.rejects(world.ports.look(), /no such program/);
  await world.ports.look();
  assert.deepEqual(world.ports.troublesOf("uid-1").get("eth0"), loose);
});

function watch({ fails = 0 } = {}) {
  const listeners = new Set<() => void>();
  let looks = 0;
  let links = "lo";
  const ports = new PortWatch({
    pulse: {
      onBeat(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => listeners.delete(listener) };
      },
    },
    linkNames: () => links,
    find: async () => {
      looks += 1;
      if (looks <= fails) throw new Error("no such program");
      return troubles;
    },
    onError: (error) => assert.ifError(error),
  });
  return {
    ports,
    looks: () => looks,
    listeners: () => listeners.size,
    setLinks(names: string) {
      links = names;
    },
    async beat(times: number) {
      for (let beat = 0; beat < times; beat += 1) {
        for (const each of listeners) each();
        await setImmediate();
      }
    },
  };
}
