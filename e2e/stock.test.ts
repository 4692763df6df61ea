/**
 * A stock Debian with the real cloud-init: what Peapod promises to guests is read by a program that was not written for it. The image
 * comes from e2e/stock-image.ts, built before the network is taken away.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "@peapod/machinery/node";
import { addressOf, eventually, type Peapod, startPeapod } from "./harness.ts";
import { consoleOf, disk, guestReference, machine, rootDisk } from "./machines.ts";
import { scratchFolder } from "./scratch.ts";
import { stockImage } from "./stock-image.ts";

/** Under emulation the first boot takes a minute on an idle machine. */
const firstBootMs = 15 * 60_000;

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
- [systemd-run, --unit=web, python3, -m, http.server, "80", --directory, /srv/web]
- [sh, -c, 'su probe -c "echo mark: \\$(sudo id -un) by \\$(id -un) on \\$(hostname)" > /dev/ttyS0']
- [sh, -c, 'echo "source: $(cloud-id)" > /dev/ttyS0']
`;

test("a stock Debian does what its cloud-config says, and answers through masquerade", async (t) => {
  const peapod = await startPeapod(t, { images: { [guestReference]: stockImage() } });
  const key = await makeKey(scratchFolder(t));
  const seed = { ...disk("seed", "virtio"), volume: { cloudInitNoCloud: { userData: userData(key.public) } } };
  // Without a request it has the weight of a tenth of a CPU beside whatever else this machine does.
  const domain = { resources: { requests: { cpu: "1", memory: "640Mi" } } };
  await peapod.apply(machine("stock", { disks: [rootDisk(), seed], domain }));

  const log = await hear(peapod, /mark: root by probe on stock\n.*source: nocloud\n/s);
  assert.match(log, /Linux version \S+ \(debian-kernel@/);
  assert.match(log, /Cloud-init v\. \S+ running 'modules:final'/);

  const address = await addressOf(peapod, "stock");
  const page = await eventually(`http://${address}/ answers`, async () => {
    const answer = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(10_000) });
    return (await answer.text()) || undefined;
  });
  assert.equal(page, "Hello from a stock Debian\n");

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
