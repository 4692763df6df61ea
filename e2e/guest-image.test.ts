/** The test guest of `peapod guest-image`, in bare QEMUs: every bus and firmware, seeds of both kinds, power, panic, growth. */
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "@peapod/machinery/node";
import { getHostName, getOsInfo, imageInfo, setUserPassword, shutDownGuest } from "@peapod/qemu/node";
import { writeSeedIso } from "@peapod/storage";
import { type BareGuest, startBareGuest } from "./bare-guest.ts";
import { eventually, guestImage } from "./harness.ts";
import { scratchFolder } from "./scratch.ts";

const image = await guestImage();
const { signal } = new AbortController();

test("the image is a small qcow2 that stands on nothing", async () => {
  assert.ok(statSync(image).size < 60_000_000);
  const info = await imageInfo(image);
  assert.deepEqual([info.format, info.backingFile], ["qcow2", undefined]);
});

test("BIOS, virtio: the guest answers on HTTP, SSH and to its agent, and its power button works", async () => {
  await using guest = await startBareGuest({ image, nics: ["user"] });
  await using agent = await guest.agent();
  assert.match(await getOsInfo(agent).then(({ name }) => name ?? ""), /Peapod test guest/);
  assert.equal(await answer(guest), "Hello from peapod-guest\n");
  await eventually("dropbear's greeting", async () => {
    const { stdout } = await run(["socat", "-T", "5", "-u", `TCP:127.0.0.1:${guest.ports.ssh}`, "-"]);
    return stdout.startsWith("SSH-2.0-dropbear") || undefined;
  });
  await pressPower(guest);
});

test("SATA: a NoCloud seed on a CD-ROM makes accounts, files, a name, and runs what it says", async (t) => {
  const file = await seedIso(t, "cidata", {
    "meta-data": '{"instance-id":"1","local-hostname":"seeded","public-keys":{"0":"ssh-ed25519 AAAA a@b"}}',
    "user-data": `#cloud-config
ssh_pwauth: true
disable_root: false
chpasswd: {"list": "root:dangerous", expire: False}
users:
- default
- { name: bob, groups: wheel, sudo: "ALL=(ALL) NOPASSWD:ALL", lock_passwd: false, plain_text_passwd: bobs }
write_files:
- { path: /etc/one, permissions: "0640", owner: "bob:bob", content: "a\\n  b\\n" }
- { path: /etc/two, encoding: b64, content: aGk= }
runcmd:
- sed -i "/#\\?PermitRootLogin/s/^.*$/PermitRootLogin yes/g" /etc/ssh/sshd_config
- [sh, -c, 'echo "ran as $(id -un) on $(hostname)"']
`,
  });
  await using guest = await startBareGuest({ image, bus: "sata", nics: ["user"], seeds: [{ bus: "cdrom", file }] });
  await guest.hear(/ran as root on seeded/);
  guest.type("\n");
  const shell = await guest.logIn("root", "dangerous");
  assert.match(await shell.run("id bob"), /groups=\d+\(bob\),\d+\(wheel\)/);
  assert.equal(await shell.run("stat -c '%U %a' /etc/one; cat /etc/one /etc/two; echo"), "bob 640\na\n  b\nhi");
  assert.match(await shell.run("cat /home/peapod/.ssh/authorized_keys /root/.ssh/authorized_keys"), /a@b\n.*a@b$/s);
  assert.equal(await shell.run("su bob -c 'sudo id -un'"), "root");
  assert.match(await shell.run("grep ^PermitRoot /etc/ssh/sshd_config"), /yes/);
  assert.equal(await answer(guest), "Hello from seeded\n");
});

test("SCSI: a ConfigDrive on VFAT runs a script with its network set up, and a reboot runs it no more", async (t) => {
  const network = {
    links: [{ id: "l0", type: "phy", mtu: 1400 }],
    networks: [
      { id: "n0", link: "l0", type: "ipv4", ip_address: "10.0.2.77", netmask: "255.255.255.0", gateway: "10.0.2.2" },
    ],
    services: [{ type: "dns", address: "10.0.2.3" }],
  };
  const file = await seedVfat(t, "config-2", {
    "openstack/latest/meta_data.json": '{"uuid":"2","hostname":"driven"}',
    "openstack/latest/user_data": "#!/bin/sh\necho script saw $(hostname) $(cat /sys/class/net/eth0/mtu)\n",
    "openstack/latest/network_data.json": JSON.stringify(network),
  });
  await using guest = await startBareGuest({ image, bus: "scsi", nics: ["user"], seeds: [{ bus: "virtio", file }] });
  await guest.hear(/script saw driven 1400/);
  guest.type("\n");
  const shell = await guest.logIn("peapod", "peapod");
  assert.match(await shell.run("ip -4 addr show eth0"), /inet 10\.0\.2\.77\/24/);
  assert.match(await shell.run("ip route"), /default via 10\.0\.2\.2 dev eth0/);
  assert.equal(await shell.run("cat /etc/resolv.conf"), "nameserver 10.0.2.3");
  await eventually("the first boot is over", async () =>
    (await shell.run("ls /var/lib/cloud")).includes("boot-finished"),
  );

  const seen = watch(guest);
  guest.type("reboot\n");
  await seen("RESET");
  const again = await guest.logIn("peapod", "peapod");
  await eventually("everything has run again", async () => (await again.run("pidof qemu-ga")) !== "" || undefined);
  assert.equal(guest.said().match(/script saw/g)?.length, 1);
  assert.equal(await again.run("hostname"), "driven");
});

test("UEFI, virtio: a network configuration of version 2 finds its NICs by position", async (t) => {
  const file = await seedIso(t, "cidata", {
    "meta-data": "instance-id: 3\n",
    "user-data": "#cloud-config\nhostname: positioned\n",
    "network-config":
      "version: 2\nethernets:\n  enp1s0: { dhcp4: true }\n  enp2s0: { addresses: [192.168.7.5/24], mtu: 1300 }\n",
  });
  const taps = await bridgeWithTaps(t, 1);
  const nics = ["user", { tap: taps[0] ?? "", mac: "02:00:00:00:00:02" }] as const;
  await using guest = await startBareGuest({ image, firmware: "uefi", nics, seeds: [{ bus: "scsi-cdrom", file }] });
  const shell = await guest.logIn("peapod", "peapod");
  await eventually(
    "an address by DHCP",
    async () => /10\.0\.2\.15/.test(await shell.run("ip -4 addr show eth0")) || undefined,
  );
  assert.match(await shell.run("ip addr show eth1"), /mtu 1300[\s\S]*inet 192\.168\.7\.5\/24/);
  assert.equal(await shell.run("test -d /sys/firmware/efi && hostname"), "positioned");
});

test("UEFI, SATA: without a network the login waits for nothing, scripts run, and the disk's room is used", async (t) => {
  const file = await seedIso(t, "cidata", {
    "meta-data": "instance-id: 4\n",
    "user-data": "#!/bin/sh\necho alone but running\n",
  });
  const options = {
    image,
    bus: "sata",
    firmware: "uefi",
    diskBytes: 2 ** 30,
    seeds: [{ bus: "cdrom", file }],
  } as const;
  await using guest = await startBareGuest(options);
  await guest.hear(/alone but running/);
  guest.type("\n");
  const shell = await guest.logIn("peapod", "peapod");
  const kib = async () => Number(/\n\S+\s+(\d+)/.exec(await shell.run("df -k /"))?.[1]);
  await eventually("the file system grew", async () => (await kib()) > 900_000 || undefined);
});

test("USB, 128 MiB: the guest boots, its agent changes a password and shuts it down", async () => {
  await using guest = await startBareGuest({ image, bus: "usb", memoryMiB: 128 });
  await using agent = await guest.agent();
  assert.equal(await getHostName(agent), "peapod-guest");
  await setUserPassword(agent, "root", "a:b'c");
  const shell = await guest.logIn("root", "a:b'c");
  assert.equal(await shell.run("id -un"), "root");
  const seen = watch(guest);
  await shutDownGuest(agent, "powerdown");
  await seen("SHUTDOWN");
});

test("DHCP: the guest takes address, classless routes, MTU and its name; poweroff and a panic are seen outside", async (t) => {
  const [tap = ""] = await bridgeWithTaps(t, 1);
  await dhcpServer(t, [
    "--dhcp-range=10.9.0.5,static,255.255.255.255,infinite",
    "--shared-network=pgi-br,10.9.0.5",
    "--dhcp-host=02:00:00:00:00:09,10.9.0.5,named-by-dhcp,infinite",
    "--dhcp-option=3",
    "--dhcp-option=121,169.254.1.1/32,0.0.0.0,0.0.0.0/0,169.254.1.1",
    "--dhcp-option=option:mtu,1380",
    "--dhcp-option=option:dns-server,10.96.0.10",
    "--dhcp-option=option:domain-search,a.b,c",
  ]);
  const nics = [{ tap, mac: "02:00:00:00:00:09" }];
  await using guest = await startBareGuest({ image, nics, devices: ["pvpanic-pci"] });
  await guest.hear(/eth0 10\.9\.0\.5\/32 mtu 1380/);
  guest.type("\n");
  const shell = await guest.logIn("peapod", "peapod");
  assert.match(
    await shell.run("ip route"),
    /^default via 169\.254\.1\.1 dev eth0[\s\S]*169\.254\.1\.1 dev eth0 scope link/m,
  );
  assert.equal(await shell.run("hostname"), "named-by-dhcp");
  assert.equal(await shell.run("cat /etc/resolv.conf"), "search a.b c\nnameserver 10.96.0.10");

  const seen = watch(guest);
  guest.type("poweroff\n");
  await seen("SHUTDOWN");
  await guest.qmp.execute("system_reset");
  await guest.qmp.execute("cont");
  await guest.logIn("peapod", "peapod");
  const panicked = watch(guest);
  guest.type("echo c > /proc/sysrq-trigger\n");
  await panicked("GUEST_PANICKED");
});

async function answer(guest: BareGuest): Promise<string> {
  return await eventually("an answer on HTTP", async () => {
    const response = await fetch(`http://127.0.0.1:${guest.ports.http}/`, { signal: AbortSignal.timeout(10_000) });
    return await response.text();
  });
}

/** Listens from now on; the returned function waits for an event of QEMU's. */
function watch(guest: BareGuest): (name: string) => Promise<void> {
  const events = new Set<string>();
  void (async () => {
    for await (const { event } of guest.qmp.events()) events.add(event);
  })();
  return async (name) => {
    await eventually(`event ${name}, after ${[...events]}`, () => events.has(name) || undefined);
  };
}

/** A press is lost while nobody listens for it yet: press until it is heard. */
async function pressPower(guest: BareGuest): Promise<void> {
  const seen = watch(guest);
  const presses = new AbortController();
  const pressing = (async () => {
    while (!presses.signal.aborted) {
      await guest.qmp.execute("system_powerdown");
      await delay(2_000);
    }
  })();
  await seen("SHUTDOWN");
  presses.abort();
  await pressing;
}

type Files = Readonly<Record<string, string>>;

async function seedIso(t: TestContext, label: string, files: Files): Promise<string> {
  const out = join(scratchFolder(t), "seed.iso");
  await writeSeedIso(
    { label, files: Object.entries(files).map(([path, content]) => ({ path, content })) },
    out,
    signal,
  );
  return out;
}

async function seedVfat(t: TestContext, label: string, files: Files): Promise<string> {
  const folder = scratchFolder(t);
  const out = join(folder, "seed.img");
  writeFileSync(out, Buffer.alloc(4 * 2 ** 20));
  await run(["mkfs.vfat", "-n", label.toUpperCase(), out]);
  const folders = new Set(
    Object.keys(files).flatMap((path) =>
      path
        .split("/")
        .slice(0, -1)
        .map((_, i, all) => all.slice(0, i + 1).join("/")),
    ),
  );
  for (const name of folders) await run(["mmd", "-i", out, `::${name}`]);
  for (const [path, content] of Object.entries(files)) {
    writeFileSync(join(folder, "file"), content);
    await run(["mcopy", "-i", out, join(folder, "file"), `::${path}`]);
  }
  return out;
}

/** In the test's own network namespace. */
async function bridgeWithTaps(t: TestContext, count: number): Promise<readonly string[]> {
  await run(["ip", "link", "add", "pgi-br", "type", "bridge"]);
  t.after(() => run(["ip", "link", "del", "pgi-br"]));
  await run(["ip", "link", "set", "pgi-br", "up"]);
  const taps = Array.from({ length: count }, (_, index) => `pgi-tap${index}`);
  for (const tap of taps) {
    await run(["ip", "tuntap", "add", "dev", tap, "mode", "tap"]);
    t.after(() => run(["ip", "link", "del", tap]));
    await run(["ip", "link", "set", tap, "master", "pgi-br", "up"]);
  }
  return taps;
}

async function dhcpServer(t: TestContext, options: readonly string[]): Promise<void> {
  const ended = new AbortController();
  const fixed = ["--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--no-hosts", "--no-resolv", "--no-ping"];
  const place = ["--interface=pgi-br", "--bind-dynamic", "--except-interface=lo", "--pid-file=", "--user=root"];
  const leases = `--dhcp-leasefile=${join(scratchFolder(t), "leases")}`;
  await run(["ip", "addr", "add", "169.254.1.1/32", "dev", "pgi-br"]);
  const server = run(["dnsmasq", ...fixed, ...place, leases, ...options], { signal: ended.signal });
  server.catch(() => {}); // ended below
  t.after(async () => {
    ended.abort();
    await server.catch(() => {});
  });
}
