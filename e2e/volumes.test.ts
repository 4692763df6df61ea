/** Every kind of volume on every bus, as the guest sees it and as the host finds it afterwards. */
import assert from "node:assert/strict";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Event, Secret } from "@peapod/api";
import { startTestRegistry } from "@peapod/storage/testing";
import { addressOf, answerOf, eventually, execute, guestImage, startPeapod, succeed } from "./harness.ts";
import { consoleOf, disk, guestReference, type MachineDisk, machine, namespace, podOf, rootDisk } from "./machines.ts";

const cdReference = "registry.example/peapod/cd:v1";
const mebibyte = 2 ** 20;

test("volumes of every kind reach the guest on every bus", async (t) => {
  await using registry = await startTestRegistry();
  const files = await makeFiles(t);
  const peapod = await startPeapod(t, { images: { [cdReference]: files.cd } });
  await registry.push("team/guest", "v1", [[{ name: "disk/guest.qcow2", content: readFileSync(await guestImage()) }]]);
  await registry.push("team/data", "v1", [[{ name: "disk/data.img", content: readFileSync(files.data) }]]);
  registry.requireLogin("puller", "secret");
  const client = await peapod.client();
  const pulled = (repository: string) => ({
    containerDisk: { image: `${registry.host}/team/${repository}:v1`, imagePullSecret: "puller" },
  });

  // Each of another size, by which it is told apart inside.
  const disks: readonly MachineDisk[] = [
    { ...disk("root", "virtio"), volume: pulled("guest") },
    { ...disk("empty-virtio", "virtio"), volume: { emptyDisk: { capacity: "11Mi" } } },
    { ...disk("empty-sata", "sata"), volume: { emptyDisk: { capacity: "12Mi" } } },
    { ...disk("empty-scsi", "scsi"), volume: { emptyDisk: { capacity: "13Mi" } } },
    { ...disk("host-virtio", "virtio"), volume: { hostDisk: { path: files.raw, type: "Disk" } } },
    {
      ...disk("host-sata", "sata"),
      volume: { hostDisk: { path: files.qcow2, type: "DiskOrCreate", capacity: "1Mi" } },
    },
    {
      ...disk("host-scsi", "scsi"),
      volume: { hostDisk: { path: files.made, type: "DiskOrCreate", capacity: "16Mi" } },
    },
    { ...disk("pulled-scsi", "scsi"), volume: pulled("data") },
    { name: "cd-sata", cdrom: { bus: "sata" }, volume: { containerDisk: { image: cdReference } } },
    { name: "cd-scsi", cdrom: { bus: "scsi" }, volume: { containerDisk: { image: cdReference } } },
    { name: "seed", cdrom: { bus: "sata" }, volume: { cloudInitNoCloud: { userData: `#!/bin/sh\n${lookAtDisks}` } } },
  ];

  await t.test("a pull is asked for a login, tells how far it is, and goes on when the secret comes", async () => {
    await peapod.apply(machine("plenty", { disks }));
    await eventually("the refusal", async () => {
      const { items } = await client.list(Event, { namespace });
      return items.find(({ message = "" }) => message.includes("its registry wants (other) credentials"));
    });
    assert.match(
      succeed(await peapod.peapod("why", "plenty")).stdout,
      /Secret puller is missing\n {2}spec\.template\.spec\.volumes\[0\]\.containerDisk\.imagePullSecret names Secret default\/puller/,
    );
    const release = registry.hold();
    const auths = { [registry.host]: { auth: Buffer.from("puller:secret").toString("base64") } };
    await client.create(Secret, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "puller", namespace },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": JSON.stringify({ auths }) },
    });
    await eventually("progress", async () => {
      const { status } = await podOf(peapod, "plenty");
      return status?.containerStatuses?.find(({ state }) =>
        /^Pulling image ".*\/team\/guest:v1": \d+ of \d+ MiB$/.test(state?.waiting?.message ?? ""),
      );
    });
    assert.match(succeed(await peapod.peapod("why", "plenty")).stdout, /an image is being pulled\n {2}Pulling image/);
    release();
    await addressOf(peapod, "plenty");
    const { items } = await client.list(Event, { namespace });
    assert.ok(
      items.some(({ reason, message = "" }) => reason === "Pulled" && message.startsWith("Successfully pulled")),
    );
  });

  await t.test(
    "the guest finds all of them, with what is in them, and writes to those that can be written",
    async () => {
      const log = await consoleOf(peapod, "plenty", /^disks done\n/m);
      assert.deepEqual(disksIn(log), [
        "11 virtio rw -",
        "12 sata rw -",
        "13 scsi rw -",
        "14 virtio rw raw",
        "15 sata rw -",
        "16 scsi rw -",
        "17 scsi rw data",
        "18 sata cdrom cd",
        "18 scsi cdrom cd",
      ]);
    },
  );

  await t.test("a restart makes emptyDisks and containerDisks anew and keeps hostDisks", async () => {
    const before = (await podOf(peapod, "plenty")).metadata.uid;
    succeed(await peapod.virtctl("restart", "plenty"));
    await eventually("another pod", async () => (await podOf(peapod, "plenty")).metadata.uid !== before || undefined);
    const log = await consoleOf(peapod, "plenty", /^disks done\n/m);
    assert.deepEqual(disksIn(log), [
      "11 virtio rw -",
      "12 sata rw -",
      "13 scsi rw -",
      "14 virtio rw written",
      "15 sata rw written",
      "16 scsi rw written",
      "17 scsi rw data",
      "18 sata cdrom cd",
      "18 scsi cdrom cd",
    ]);
    await peapod.kubectl("delete", "vm", "plenty", "--timeout=60s");
    assert.equal(firstWord(files.raw), "written");
    assert.equal(firstWord(files.made), "written");
    assert.equal(statSync(files.made).size, 16 * mebibyte);
    const plain = join(files.folder, "plain.raw");
    succeed(await execute("qemu-img", ["convert", "-O", "raw", files.qcow2, plain]));
    assert.equal(firstWord(plain), "written");
    assert.equal(firstWord(files.data), "data", "nobody writes to an image");
  });
});

test("cloud-init's seeds arrive from every source, in every form, on every bus", async (t) => {
  const peapod = await startPeapod(t, { images: { [guestReference]: await guestImage() } });
  const client = await peapod.client();
  const secret = (name: string, stringData: Readonly<Record<string, string>>) =>
    client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData });
  const run = async (name: string, rootBus: string, seed: MachineDisk) => {
    await peapod.apply(machine(name, { disks: [rootDisk(rootBus), seed] }));
    const log = await consoleOf(peapod, name, /^seeded .*\n/m);
    assert.match(await answerOf(await addressOf(peapod, name)), new RegExp(`^Hello from ${name}$`, "m"));
    await peapod.kubectl("delete", "vm", name, "--timeout=60s");
    return /^seeded (.*)$/m.exec(log)?.[1];
  };

  await t.test("NoCloud, base64, with a network configuration inline, on a SCSI disk beside a SATA root", async () => {
    const cloudInitNoCloud = { userDataBase64: base64(`#!/bin/sh\n${tellSeed}`), networkData: networkVersion2 };
    const seen = await run("inline", "sata", { ...disk("seed", "scsi"), volume: { cloudInitNoCloud } });
    assert.equal(seen, "by cidata on sd: 10.0.2.2/24 192.0.2.2/24");
  });

  await t.test("ConfigDrive, from Secrets, on a SATA disk beside a SCSI root", async () => {
    await secret("user", {
      userdata: `#cloud-config\nruncmd:\n- |\n  ${tellSeed.trimEnd().replaceAll("\n", "\n  ")}\n`,
    });
    await secret("network", { networkdata: networkVersion1 });
    const cloudInitConfigDrive = { secretRef: { name: "user" }, networkDataSecretRef: { name: "network" } };
    const seen = await run("secret", "scsi", { ...disk("seed", "sata"), volume: { cloudInitConfigDrive } });
    assert.equal(seen, "by config-2 on sd: 10.0.2.2/24 192.0.2.1/24");
  });

  await t.test("ConfigDrive, base64, with OpenStack's network data, as a CD-ROM", async () => {
    const cloudInitConfigDrive = {
      userDataBase64: base64(`#!/bin/sh\n${tellSeed}`),
      networkDataBase64: base64(networkOpenStack),
    };
    const seen = await run("encoded", "virtio", {
      ...{ name: "seed", cdrom: { bus: "sata" } },
      volume: { cloudInitConfigDrive },
    });
    assert.equal(seen, "by config-2 on sr: 10.0.2.2/24 192.0.2.3/24");
  });
});

/** One line for each disk of 11 to 19 MiB, then a word onto it. */
const lookAtDisks = `for disk in /sys/block/*; do
  name=\${disk##*/}
  word=$(head -c 16 /dev/$name | tr -d '\\0' | head -n 1)
  size=$(($(cat $disk/size) / 2048))
  [ $size -gt 10 ] && [ $size -lt 20 ] || continue
  case $(readlink -f $disk) in */ata*) bus=sata ;; */host*) bus=scsi ;; *) bus=virtio ;; esac
  case $name in sr*) access=cdrom ;; *) [ $(cat $disk/ro) = 0 ] && access=rw || access=ro ;; esac
  echo "disk $size $bus $access \${word:--}"
  [ $access = cdrom ] || echo written | dd of=/dev/$name conv=notrunc,fsync 2> /dev/null
done
echo disks done
`;

/** Where the seed was found, on which kind of device, and the addresses that the guest has. */
const tellSeed = `set -- $(cat /run/cloud/source)
device=\${2#/dev/}
addresses=$(ip -4 -o addr show scope global | sed 's/.* inet \\([0-9./]*\\) .*/\\1/' | sort | tr '\\n' ' ')
echo "seeded by $1 on \${device%[a-z0-9]}: \${addresses% }"
`;

const networkVersion2 = `version: 2
ethernets:
  eth0:
    addresses: [10.0.2.2/24, 192.0.2.2/24]
    gateway4: 10.0.2.1
`;

const networkVersion1 = `version: 1
config:
- type: physical
  name: eth0
  subnets:
  - { type: static, address: 10.0.2.2/24, gateway: 10.0.2.1 }
  - { type: static, address: 192.0.2.1, netmask: 255.255.255.0 }
`;

const networkOpenStack = JSON.stringify({
  links: [{ id: "nic", type: "phy" }],
  networks: [
    { id: "a", link: "nic", type: "ipv4", ip_address: "10.0.2.2", netmask: "255.255.255.0", gateway: "10.0.2.1" },
    { id: "b", link: "nic", type: "ipv4", ip_address: "192.0.2.3", netmask: "255.255.255.0" },
  ],
  services: [],
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function disksIn(log: string): readonly (string | undefined)[] {
  return [...log.matchAll(/^disk (.*)$/gm)].map(([, line]) => line).sort();
}

/** Files of the host, in a folder that guests may be given disks from. */
async function makeFiles(t: TestContext) {
  const folder = mkdtempSync("/var/tmp/peapod-e2e-disks-");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, sizeMiB: number, word: string) => {
    const path = join(folder, name);
    writeFileSync(path, `${word}\n`);
    truncateSync(path, sizeMiB * mebibyte);
    return path;
  };
  const qcow2 = join(folder, "host.qcow2");
  succeed(await execute("qemu-img", ["create", "-q", "-f", "qcow2", qcow2, "15M"]));
  return {
    folder,
    qcow2,
    raw: file("host.img", 14, "raw"),
    data: file("data.img", 17, "data"),
    cd: file("cd.img", 18, "cd"),
    made: join(folder, "made.img"),
  };
}

/** What a raw disk begins with, up to the end of its line. */
function firstWord(path: string): string {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(16);
    readSync(file, start);
    return start.toString("latin1").split("\n")[0] ?? "";
  } finally {
    closeSync(file);
  }
}
