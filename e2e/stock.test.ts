/**
 * A stock Debian with the real cloud-init: what Peapod promises to guests is read by a program that was not written for it. The image
 * comes from e2e/stock-image.ts, built before the network is taken away.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "@peapod/machinery/node";
import { bridgedNetwork } from "./attachments.ts";
import { addressOf, eventually, type Peapod, startPeapod } from "./harness.ts";
import { consoleOf, disk, guestReference, machine, rootDisk, vmiOf } from "./machines.ts";
import { scratchFolder } from "./scratch.ts";
import { stockImage } from "./stock-image.ts";

/** Under emulation the first boot takes a minute on an idle machine. */
const firstBootMs = 15 * 60_000;

/** The third NIC is in no configuration: what a person runs by hand has to do. */
const networkData = `version: 2
ethernets:
  enp1s0: { dhcp4: true }
  enp2s0: { dhcp4: true, dhcp6: true }
`;

const userData = (publicKey: string): string => `#cloud-config
hostname: stock
ssh_genkeytypes: [ed25519]
users:
- name: probe
  lock_passwd: false
  plain_text_passwd: a-pea
  shell: /bin/bash
  sudo: ALL=(ALL) NOPASSWD:ALL
  ssh_authorized_keys:
  - ${publicKey}
write_files:
- path: /srv/web/index.html
  content: |
    Hello from a stock Debian
runcmd:
- [dhclient, enp3s0]
- [sh, -c, 'echo "nics: $(ls /sys/class/net | xargs)" > /dev/ttyS0']
- [sh, -c, 'ip -oneline address show scope global | sed "s/^[0-9]*: \\([^ ]*\\) *\\(inet6*\\) \\([^ ]*\\).*/has: \\1 \\3/" > /dev/ttyS0']
- [sh, -c, '{ ip route show default; ip -6 route show default; } | sed "s/^/route: /" > /dev/ttyS0']
- [systemd-run, --unit=web, python3, -m, http.server, "80", --bind, "::", --directory, /srv/web]
- [sh, -c, 'su probe -c "echo mark: \\$(sudo id -un) by \\$(id -un) on \\$(hostname)" > /dev/ttyS0']
- [sh, -c, 'echo "source: $(cloud-id)" > /dev/ttyS0']
`;

test("a stock Debian does what its cloud-config says, has an address on each NIC, and answers through masquerade", async (t) => {
  const peapod = await startPeapod(t, { images: { [guestReference]: stockImage() } });
  const key = await makeKey(scratchFolder(t));
  await peapod.apply(bridgedNetwork("dual", "testdual", ["10.9.0.0/24", "fd00:9::/64"], ["::/0"]));
  await peapod.apply(bridgedNetwork("third", "testthird", ["10.8.0.0/24"], []));
  const cloudInitNoCloud = { userData: userData(key.public), networkData };
  const seed = { ...disk("seed", "virtio"), volume: { cloudInitNoCloud } };
  // Without a request it has the weight of a tenth of a CPU beside whatever else this machine does.
  const domain = {
    resources: { requests: { cpu: "1", memory: "640Mi" } },
    devices: {
      interfaces: [
        { name: "default", masquerade: {} },
        { name: "dual", bridge: {} },
        { name: "third", bridge: {} },
      ],
    },
  };
  const networks = [
    { name: "default", pod: {} },
    { name: "dual", multus: { networkName: "dual" } },
    { name: "third", multus: { networkName: "third" } },
  ];
  await peapod.apply(machine("stock", { disks: [rootDisk(), seed], domain, spec: { networks } }));

  const log = await hear(peapod, /mark: root by probe on stock\n.*source: nocloud\n/s);
  assert.match(log, /Linux version \S+ \(debian-kernel@/);
  assert.match(log, /Cloud-init v\. \S+ running 'modules:final'/);

  await t.test("its NICs have the names of their buses, and each its addresses, by DHCP of both families", async () => {
    assert.match(log, /^nics: enp1s0 enp2s0 enp3s0 lo$/m);
    const { status } = await vmiOf(peapod, "stock");
    const podsOf = (name: string) => status?.interfaces?.find((nic) => nic.name === name)?.ipAddresses ?? [];
    const has = [...log.matchAll(/^has: (\S+) (\S+)\/\d+$/gm)].map(([, nic, address]) => `${nic} ${address}`);
    const wanted = [
      "enp1s0 10.0.2.2",
      ...podsOf("dual").map((one) => `enp2s0 ${one}`),
      ...podsOf("third").map((one) => `enp3s0 ${one}`),
    ];
    assert.equal(wanted.length, 4);
    for (const one of wanted) assert.ok(has.includes(one), `${one} among ${has.join(", ")}`);
    const routes = [...log.matchAll(/^route: default via (\S+) dev (\S+)/gm)].map(([, hop, nic]) => `${nic} ${hop}`);
    assert.equal(routes.length, 2, routes.join(", "));
    assert.equal(routes[0], "enp1s0 10.0.2.1");
    assert.match(routes[1] ?? "", /^enp2s0 fe80::/);
  });

  const address = await addressOf(peapod, "stock");
  const { status } = await vmiOf(peapod, "stock");
  const sixth = status?.interfaces?.[1]?.ipAddresses?.find((one) => one.includes(":"));
  for (const host of [address, `[${sixth}]`]) {
    const page = await eventually(`http://${host}/ answers`, async () => {
      const answer = await fetch(`http://${host}/`, { signal: AbortSignal.timeout(10_000) });
      return (await answer.text()) || undefined;
    });
    assert.equal(page, "Hello from a stock Debian\n");
  }

  const options = ["StrictHostKeyChecking=no", `UserKnownHostsFile=${key.file}.hosts`, "BatchMode=yes"];
  const ssh = ["ssh", "-i", key.file, ...options.flatMap((option) => ["-o", option]), `probe@${address}`];
  const said = await eventually("a login with the key", async () => {
    const { stdout } = await run([...ssh, "hostname; sudo grep ^probe: /etc/shadow"], { timeoutMs: 60_000 });
    return stdout;
  });
  assert.match(said, /^stock\nprobe:\$/, "the name is set and the account has a password");
});

/** As `consoleOf`, with the patience that a whole distribution needs. */
async function hear(peapod: Peapod, wanted: RegExp): Promise<string> {
  return eventually(`the console shows ${wanted}`, () => consoleOf(peapod, "stock", wanted), firstBootMs);
}

async function makeKey(folder: string): Promise<{ readonly file: string; readonly public: string }> {
  const file = join(folder, "key");
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "probe", "-f", file]);
  return { file, public: readFileSync(`${file}.pub`, "utf8").trim() };
}
