import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { dhcpTypes, renderDhcp } from "../testing/dhcp.ts";
import { addGuest, makeWorld, temporaryFolder, type World } from "../testing/guest-world.ts";
import { isInOwnNamespaces } from "../testing/own-namespaces.ts";

if (isInOwnNamespaces(import.meta.url)) {
  for (const [binding, own] of [
    ["bridge", "10.244.0.2"],
    ["masquerade", "10.0.2.2"],
  ] as const) {
    test(`${binding}: a DHCP client that misbehaves gets no other address, and its own when it behaves`, async (t) => {
      await using world = await makeWorld(t, { [binding]: {} });
      await using other = await addGuest(world.node, t, "db", { [binding]: {} });
      const { guest } = world;
      const { ip, serverid } = await guest.dhcp();
      assert.equal(ip, own);
      const say = speaker(world, temporaryFolder(t));
      const [asked, server] = [option(50, ip), option(54, serverid ?? "")];

      await guest.run(
        "sh",
        "-c",
        'for n in $(seq 50); do head -c $((n * 28)) /dev/urandom | socat -u - "$0"; done',
        to,
      );
      await say([type("discover"), option(50, "10.244.0.77")]);
      await say([type("request"), option(50, "10.244.0.3"), server]);
      await say([type("discover"), [12, [...Buffer.from("../../etc/passwd\n")]]]);
      await say([[53, [99]]]);
      await say([[53, []]]);
      for (let n = 16; n < 36; n += 1) await say([type("discover")], `02:00:00:00:00:${n.toString(16)}`);
      assert.equal((await guest.dhcp())["ip"], own, "after nonsense");
      await say([type("release"), server]);
      assert.equal((await guest.dhcp())["ip"], own, "after a release");
      await say([type("decline"), asked, server]);
      assert.equal((await guest.dhcp())["ip"], own, "after it declined what it was given");
      const neighbour = (await other.guest.dhcp())["ip"];
      assert.equal(neighbour, binding === "bridge" ? other.attachment.ipAddresses[0] : own);
    });
  }
}

const type = (name: keyof typeof dhcpTypes) => [53, [dhcpTypes[name]]] as const;
const option = (code: number, address: string) => [code, address.split(".").map(Number)] as const;

/** Where servers listen, for socat. */
const to = "UDP-DATAGRAM:255.255.255.255:67,broadcast,sourceport=68,so-bindtodevice=eth0";

/** Says something as the guest, or in another's name. */
function speaker({ guest, attachment }: World, folder: string) {
  return async (options: Parameters<typeof renderDhcp>[0]["options"], mac = attachment.mac): Promise<void> => {
    const file = join(folder, "message");
    writeFileSync(file, renderDhcp({ mac, options }));
    await guest.run("ip", "address", "flush", "dev", "eth0"); // clients speak from no address
    await guest.run("socat", "-u", `OPEN:${file}`, to);
  };
}
