import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { listCheckpoints } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { eventually } from "@peapod/machinery/testing";
import { dnsmasqFiles, findDnsmasq, readLinks } from "@peapod/network";
import { isInOwnNamespaces } from "@peapod/network/testing";
import { dyingAt } from "../../testing/dying-at.ts";
import { scheduledInstance } from "../../testing/guest-objects.ts";
import { condition, down, type GuestNode, pidOf, running, up } from "../../testing/guest-questions.ts";
import { type GuestWorld, makeGuestWorld, startGuestNode } from "../../testing/guest-world.ts";

const patience = { timeout: 120_000 };
const bridged = scheduledInstance("1", { devices: { interfaces: [{ name: "default", bridge: {} }] } });

if (isInOwnNamespaces(import.meta.url)) {
  test("whatever goes of a running guest's interface is there again, on the same QEMU", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    const before = (await running(world)).status?.interfaces;
    const qemu = pidOf(node);
    for (const link of ["eth0", "eth0", "tap0", "k6t-eth0"]) {
      await lose(world, node, link);
      await whole(node, ["eth0", "tap0", "k6t-eth0"]);
      await isPort(node, "tap0");
      assert.deepEqual(heldTaps(qemu), ["tap0"], `${link}: QEMU holds the tap`);
    }
    assert.equal(pidOf(node), qemu);
    assert.deepEqual((await running(world)).status?.interfaces, before);
    assert.equal(condition(world, "Synchronized"), undefined);
    await down(world);
    assert.deepEqual(await world.leftovers(), []);
  });

  test("a bridged guest's stand-in is not taken for its interface, nor the other way round", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world, bridged);
    await running(world);
    for (const link of ["eth0", "eth0-nic"]) {
      await lose(world, node, link);
      await whole(node, ["eth0", "eth0-nic", "tap0", "k6t-eth0"]);
      await isPort(node, "eth0-nic");
    }
    await down(world);
    // Its namespace takes it along, in its own time.
    await eventually(async () => (await world.leftovers()).length === 0);
  });

  test("a DHCP server that died is started again", patience, async (t) => {
    await using world = await makeGuestWorld(t);
    await using node = await startGuestNode(world);
    await up(world);
    await running(world);
    const [sandbox] = node.sandboxes.list();
    const find = () => findDnsmasq(dnsmasqFiles(sandbox?.runDir ?? "", "eth0"));
    const before = await find();
    process.kill(before ?? 0, "SIGKILL");
    const after = await eventually(async () => ((await find()) === before ? undefined : await find()), {
      timeoutMs: 60_000,
    });
    assert.notEqual(after, before);
    await down(world);
  });

  test("a death at any step of mending is made good by the next agent", { timeout: 600_000 }, async (t) => {
    await using world = await makeGuestWorld(t);
    {
      await using node = await startGuestNode(world);
      await up(world);
      await running(world);
      assert.ok(pidOf(node));
    }
    const names = [
      ...listCheckpoints().filter((name) => name.startsWith("mending/")),
      "binding/wired",
      "cni/begun",
      "cni/forgotten",
    ];
    for (const name of names) {
      await t.test(name, async () => {
        {
          await using node = await startGuestNode(world);
          await eventually(() => node.keeper.live("vmi-1"));
          const { netnsPath } = node.sandboxes.list()[0] ?? {};
          // Both at once: the guest's end and the node's.
          const remove = () =>
            run(["nsenter", `--net=${netnsPath}`, "ip", "-batch", "-"], {
              input: "link delete tap0\nlink delete eth0\n",
            });
          let removal: Promise<unknown> | undefined;
          await dyingAt(name, node, [
            async () => {
              removal = remove();
              await removal;
            },
            () => whole(node, ["eth0", "tap0", "k6t-eth0"]),
          ]);
          // An agent that finishes what the last one began may die before it is done.
          await removal;
        }
        await using node = await startGuestNode(world);
        await eventually(() => node.keeper.live("vmi-1"));
        await whole(node, ["eth0", "tap0", "k6t-eth0"]);
        await isPort(node, "tap0");
        assert.deepEqual(heldTaps(pidOf(node)), ["tap0"]);
      });
    }
  });
}

async function lose(world: GuestWorld, node: GuestNode, link: string): Promise<void> {
  const told = world.said().length;
  const { netnsPath } = node.sandboxes.list()[0] ?? {};
  await run(["nsenter", `--net=${netnsPath}`, "ip", "link", "delete", link]);
  await eventually(
    () =>
      world
        .said()
        .slice(told)
        .some((line) => line.includes("InterfaceRestored")),
    { timeoutMs: 60_000, what: `${link} again` },
  );
  const said = world
    .said()
    .slice(told)
    .filter((line) => line.includes("Interface"));
  const [lost = "", restored = ""] = said;
  assert.equal(said.length, 2, said.join("\n"));
  assert.ok(
    lost.startsWith(`Warning InterfaceLost: Interface "default" (network kube-system/k8s-pod-network) lost "${link}"`),
    lost,
  );
  assert.match(restored, /^Normal InterfaceRestored: .* is whole again at 10\.244\.0\.\d+$/);
}

async function whole(node: GuestNode, links: readonly string[]): Promise<void> {
  await eventually(
    () => {
      const there = readLinks(pidOf(node));
      return links.every((link) => there?.has(link)) && node.keeper.live("vmi-1")?.wires.losses().length === 0;
    },
    { timeoutMs: 60_000, what: "a whole interface" },
  );
}

/** Links are there before they are what they should be. */
async function isPort(node: GuestNode, link: string): Promise<void> {
  const { netnsPath } = node.sandboxes.list()[0] ?? {};
  const look = async () => {
    const { stdout } = await run(["nsenter", `--net=${netnsPath}`, "ip", "-o", "link", "show", link]);
    return /<.*\bUP\b.*>.* master k6t-eth0 /.test(stdout);
  };
  await eventually(look, { what: `${link} is a port of the bridge` });
}

/** Names of the taps that a process has open; empty for those that are gone. */
function heldTaps(pid: number): readonly string[] {
  const names: string[] = [];
  for (let fd = 0; fd < 64; fd += 1) {
    const text = readOrNothing(`/proc/${pid}/fdinfo/${fd}`);
    const found = /^iff:[ \t]*(\S*)$/m.exec(text);
    if (found) names.push(found[1] ?? "");
  }
  return names;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
