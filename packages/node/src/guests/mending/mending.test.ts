import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { listCheckpoints } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { eventually } from "@peapod/machinery/testing";
import { dnsmasqFiles, findDnsmasq, hostLinkName, hostNames, readLinks } from "@peapod/network";
import { isInOwnNamespaces, observeLinks } from "@peapod/network/testing";
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

  test(
    "the node's end of a guest's pair is a port again, and the bridge is there, is up and has its address",
    patience,
    async (t) => {
      await using world = await makeGuestWorld(t);
      await using node = await startGuestNode(world);
      await up(world);
      await running(world);
      const before = await nodeSide(node);
      const happen = async (lost: RegExp, ...change: readonly string[]): Promise<void> => {
        const said = await mended(world, () => run(["ip", "link", ...change]));
        assert.match(said, lost);
        const after = await nodeSide(node);
        assert.deepEqual(after.bridge, before.bridge);
        assert.deepEqual({ ...after.port, name: "" }, { ...before.port, name: "" });
      };
      await happen(
        /: "veth\w+" is no longer a port of "\w+br"; attaching it again$/,
        "set",
        before.port.name,
        "nomaster",
      );
      const { port } = await nodeSide(node);
      await happen(/: "veth\w+" was set down; setting it up again$/, "set", port.name, "down");
      assert.equal((await nodeSide(node)).port.name, port.name, "it is the same pair");
      await happen(/: "\w+br" was set down; setting it up again$/, "set", before.bridge.name, "down");
      await happen(/ is no longer a port of "\w+br"; attaching it again$/, "delete", before.bridge.name);
      assert.equal(condition(world, "Synchronized"), undefined);
      await down(world);
    },
  );

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
  const { netnsPath } = node.sandboxes.list()[0] ?? {};
  const lost = await mended(world, () => run(["nsenter", `--net=${netnsPath}`, "ip", "link", "delete", link]));
  assert.ok(lost.includes(` lost "${link}" in pod `), lost);
}

/** Does something to a guest's interface and waits until it is whole again. @returns what was said of the loss */
async function mended(world: GuestWorld, change: () => Promise<unknown>): Promise<string> {
  const told = world.said().length;
  const news = () => world.said().slice(told);
  await change();
  await eventually(() => news().some((line) => line.includes("InterfaceRestored")), {
    timeoutMs: 60_000,
    what: "a whole interface",
  });
  const said = news().filter((line) => line.includes("Interface"));
  const [lost = "", restored = ""] = said;
  assert.equal(said.length, 2, said.join("\n"));
  const network = "kube-system/k8s-pod-network";
  assert.ok(lost.startsWith(`Warning InterfaceLost: Interface "default" (network ${network}) lost `), lost);
  assert.match(restored, /^Normal InterfaceRestored: .* is whole again at 10\.244\.0\.\d+$/);
  return lost;
}

/** The node's end of the guest's pair, and the bridge that it belongs to. */
async function nodeSide(node: GuestNode) {
  const { instance = "", number = 0 } = node.sandboxes.list()[0] ?? {};
  const links = await observeLinks(undefined);
  const port = links.find(({ alternativeNames }) => alternativeNames.includes(hostLinkName(instance, number, 0)));
  const bridge = links.find(({ name }) => name === hostNames(instance).bridge);
  assert.ok(port && bridge);
  return {
    port: { name: port.name, isUp: port.isUp, master: port.master },
    bridge: {
      name: bridge.name,
      isUp: bridge.isUp,
      addresses: bridge.addresses.filter((address) => !address.includes(":")),
    },
  };
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
