import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "@peapod/machinery/testing";
import { connectQmp } from "@peapod/qemu/node";
import { scratchFolder, startFakeAgent, startFakeQmp } from "@peapod/qemu/testing";
import { AgentWatch } from "./agent-watch.ts";

const interfaceOf = (address: string) => [
  {
    name: "enp1s0",
    "hardware-address": "02:00:00:00:00:01",
    "ip-addresses": [{ "ip-address": address, "ip-address-type": "ipv4", prefix: 24 }],
  },
];

test("AgentWatch reports an agent from when the guest opens its port until it closes it", async () => {
  await using world = await makeWorld({ isOpen: false });
  const { watch, qmp } = world;
  assert.equal(watch.report, undefined);
  qmp.emit("VSERPORT_CHANGE", { id: "guest-agent0", open: true });
  const report = await eventually(() => watch.report);
  assert.deepEqual([report.version, report.os?.id, report.interfaces[0]?.name], ["7.2.22", "debian", "enp1s0"]);
  assert.ok(watch.client);
  qmp.emit("VSERPORT_CHANGE", { id: "guest-agent0", open: false });
  await eventually(() => watch.report === undefined);
  assert.equal(watch.client, undefined);
  assert.deepEqual(world.changes(), 2);
});

test("AgentWatch finds an agent that was there before it", async () => {
  await using world = await makeWorld({ isOpen: true });
  await eventually(() => world.watch.report);
});

test("AgentWatch asks again when it is told to, and tells only of news", async () => {
  await using world = await makeWorld({ isOpen: true });
  await eventually(() => world.watch.report);
  const before = world.changes();
  world.setAddress("10.0.2.9");
  await eventually(() => {
    world.watch.refresh();
    return world.watch.report?.interfaces[0]?.addresses[0]?.address === "10.0.2.9";
  });
  assert.equal(world.changes(), before + 1);
});

test("AgentWatch looks again for a while after it was told to: what comes of a lease comes a moment later", async () => {
  await using world = await makeWorld({ isOpen: true, pausesMs: [1, 1, 1, 1] });
  const looks = () => world.agent.received.filter((name) => name === "guest-network-get-interfaces").length;
  await eventually(() => looks() >= 4); // from now on it rests
  world.setAddressAfterNextLook("10.0.2.9");
  world.watch.refresh();
  await eventually(() => world.watch.report?.interfaces[0]?.addresses[0]?.address === "10.0.2.9");
});

test("AgentWatch keeps what an agent said that refuses questions while it is frozen", async () => {
  await using world = await makeWorld({ isOpen: true });
  await eventually(() => world.watch.report);
  world.freeze();
  world.watch.refresh();
  await eventually(() => world.agent.received.filter((name) => name === "guest-network-get-interfaces").length > 1);
  assert.equal(world.watch.report?.interfaces[0]?.name, "enp1s0");
});

test("AgentWatch looks once more when something happened during a look", async () => {
  await using world = await makeWorld({ isOpen: true, pausesMs: [] });
  await eventually(() => world.watch.report);
  world.onQuestion(() => {
    world.onQuestion(() => {});
    // It is answered with the old address; nobody asks again for half a minute, unless this is heard.
    queueMicrotask(() => world.setAddress("10.0.2.9"));
    world.watch.refresh();
  });
  world.watch.refresh();
  await eventually(() => world.watch.report?.interfaces[0]?.addresses[0]?.address === "10.0.2.9");
});

test("AgentWatch ends with QEMU", async () => {
  await using world = await makeWorld({ isOpen: true });
  await eventually(() => world.watch.report);
  world.qmp.drop();
  await eventually(() => world.watch.report === undefined);
});

async function makeWorld({ isOpen, pausesMs }: { readonly isOpen: boolean; readonly pausesMs?: readonly number[] }) {
  const stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchFolder());
  let address = "10.0.2.2";
  let comingAddress: string | undefined;
  let isFrozen = false;
  let asked = (): void => {};
  let changes = 0;
  const qmp = stack.use(
    await startFakeQmp(`${scratch.path}/q`, {
      "query-chardev": () => [{ label: "char-guest-agent0", "frontend-open": isOpen }],
    }),
  );
  const agent = stack.use(
    await startFakeAgent(`${scratch.path}/a`, {
      "guest-info": () => ({ version: "7.2.22", supported_commands: [] }),
      "guest-get-osinfo": () => ({ id: "debian" }),
      "guest-network-get-interfaces": () => {
        if (isFrozen) throw new Error("Command has been disabled: the agent is in frozen state");
        const now = address;
        address = comingAddress ?? address;
        asked();
        return interfaceOf(now);
      },
    }),
  );
  const client = stack.use(await connectQmp(`${scratch.path}/q`));
  const watch = stack.use(
    new AgentWatch({
      qmp: client,
      socketPath: `${scratch.path}/a`,
      ...(pausesMs && { pausesMs }),
      onChange: () => {
        changes += 1;
      },
    }),
  );
  return {
    watch,
    qmp,
    agent,
    changes: () => changes,
    onQuestion: (listener: () => void) => {
      asked = listener;
    },
    setAddress: (next: string) => {
      address = next;
    },
    setAddressAfterNextLook: (next: string) => {
      comingAddress = next;
    },
    freeze: () => {
      isFrozen = true;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
