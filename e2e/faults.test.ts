/** What goes wrong says what is wrong with which object, and heals by itself when the cause goes away. */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Event, NetworkAttachmentDefinition, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { eventually, execute, guestImage, type Peapod, startPeapod, succeed } from "./harness.ts";

const image = "peapod.test/guest";

interface Wish {
  readonly image?: string;
  readonly volumes?: string;
  readonly disks?: string;
  readonly network?: string;
}

const manifest = (name: string, { image: reference = image, volumes = "", disks = "", network }: Wish = {}) => `
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: ${name}
spec:
  runStrategy: Always
  template:
    metadata:
      annotations: { ${network ? `v1.multus-cni.io/default-network: ${network}` : ""} }
    spec:
      terminationGracePeriodSeconds: 0
      domain:
        devices:
          disks:
            - { name: root, disk: { bus: virtio } }
            ${disks}
          interfaces:
            - { name: default, masquerade: {} }
        memory: { guest: 128Mi }
      networks:
        - { name: default, pod: {} }
      volumes:
        - { name: root, containerDisk: { image: ${reference} } }
        ${volumes}
`;

test("faults of volumes, images, networks and QEMU", async (t) => {
  const guest = await guestImage();
  const peapod = await startPeapod(t, { images: { [image]: guest } });

  await t.test(
    "an image that cannot be pulled is named in the VM's status, and the VM starts once the image is there",
    async () => {
      const reference = "127.0.0.1:9/no/such:v1";
      await peapod.apply(manifest("unpulled", { image: reference }));
      await eventually(
        "printable status",
        async () =>
          ["ErrImagePull", "ImagePullBackOff"].includes(
            (await machine(peapod, "unpulled")).status?.printableStatus ?? "",
          ) || undefined,
      );
      const said = await condition(peapod, "unpulled", "Synchronized");
      assert.match(said, /127\.0\.0\.1:9\/no\/such/);
      assert.match(said, /does not answer/);
      const why = succeed(await peapod.peapod("why", "unpulled")).stdout;
      assert.match(why, /no\/such/);
      succeed(await peapod.peapod("image", "import", reference, guest));
      await running(peapod, "unpulled");
    },
  );

  await t.test("a host disk that is missing, then damaged, then right", async () => {
    const path = join(peapod.dataDir, "data.qcow2");
    const wish = {
      volumes: `- { name: data, hostDisk: { path: ${path}, type: Disk } }`,
      disks: "- { name: data, disk: { bus: virtio } }",
    };
    await peapod.apply(manifest("diskless", wish));
    await eventually(
      "it is said to be missing",
      async () => (await condition(peapod, "diskless", "Synchronized")).includes(`${path} does not exist`) || undefined,
    );
    await eventually(
      "an Event says so too",
      async () =>
        (await events(peapod, "diskless")).some((line) => /^SyncFailed .*volume "data"/.test(line)) || undefined,
    );
    writeFileSync(path, Buffer.concat([Buffer.from("QFI\xfb\0\0\0\x03", "latin1"), Buffer.alloc(64, 0xff)]));
    await eventually(
      "it is said to be damaged",
      async () => (await condition(peapod, "diskless", "Synchronized")).includes("damaged") || undefined,
    );
    copyFileSync(guest, path);
    await running(peapod, "diskless");
    assert.equal(await condition(peapod, "diskless", "Synchronized"), "", "what is right is not complained about");
  });

  await t.test(
    "a network that does not exist, a plugin that fails, one that hangs, and a network that works",
    async () => {
      const key = { namespace: "default", name: "odd" };
      await peapod.apply(manifest("netless", { network: "default/odd" }));
      await eventually(
        "the missing network is named",
        async () => (await condition(peapod, "netless", "Synchronized")).includes("default/odd") || undefined,
      );
      const plugins = join(peapod.dataDir, "cni/bin");
      mkdirSync(plugins, { recursive: true });
      const install = (name: string, script: string) => {
        writeFileSync(join(plugins, name), `#!/bin/sh\n${script}\n`);
        chmodSync(join(plugins, name), 0o755);
      };
      install("failing", `echo '{"cniVersion":"1.0.0","code":7,"msg":"the switch is on fire"}'; exit 1`);
      const nad = (type: string) => ({
        apiVersion: "k8s.cni.cncf.io/v1",
        kind: "NetworkAttachmentDefinition",
        metadata: key,
        spec: {
          config: JSON.stringify({
            cniVersion: "1.0.0",
            name: "odd",
            plugins: [{ type, isGateway: true, ipam: { type: "spiderpool" } }],
          }),
        },
      });
      const client = await peapod.client();
      await client.create(NetworkAttachmentDefinition, nad("failing"));
      await eventually(
        "the plugin's words are told",
        async () => (await podEvents(peapod, "netless")).includes("the switch is on fire") || undefined,
      );
      await client.patch(NetworkAttachmentDefinition, key, { spec: nad("bridge").spec }, { type: "merge" });
      await running(peapod, "netless");
    },
  );

  await t.test("QEMU that cannot be run is said to be so, and the guest starts when it can", async () => {
    // Over all of /usr: the guest's own root shows what is mounted there, and nothing below.
    const layers = join(peapod.dataDir, "usr");
    mkdirSync(join(layers, "upper/bin"), { recursive: true });
    mkdirSync(join(layers, "work"));
    const broken = join(layers, "upper/bin/qemu-system-x86_64");
    writeFileSync(broken, "#!/bin/sh\necho 'no accelerator today' >&2\nexit 1\n");
    chmodSync(broken, 0o755);
    const options = `lowerdir=/usr,upperdir=${layers}/upper,workdir=${layers}/work`;
    succeed(await execute("mount", ["-t", "overlay", "-o", options, "overlay", "/usr"]));
    try {
      await peapod.apply(manifest("qemuless"));
      await eventually(
        "QEMU's last words are told",
        async () => (await condition(peapod, "qemuless", "Synchronized")).includes("no accelerator today") || undefined,
      );
    } finally {
      succeed(await execute("umount", ["-l", "/usr"]));
    }
    await running(peapod, "qemuless");
  });

  await t.test("requests that make no sense are answered as Kubernetes answers them", async () => {
    const bad = manifest("wrong")
      .replace("masquerade: {}", "masquerade: {}, bridge: {}")
      .replace("name: root, disk", "name: nope, disk");
    const file = join(peapod.dataDir, "bad.yaml");
    writeFileSync(file, bad);
    const outcome = await execute("kubectl", ["apply", "-f", file], { ...process.env, KUBECONFIG: peapod.kubeconfig });
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /spec\.template\.spec\.domain\.devices\.interfaces\[0\]/);
    assert.match(outcome.stderr, /spec\.template\.spec\.domain\.devices\.disks\[0\]\.name/);
  });
});

test("a full disk ends in a sentence, and what waits goes on when there is room", async (t) => {
  const guest = await guestImage();
  const peapod = await startPeapod(t, { up: false });
  succeed(await execute("mount", ["-t", "tmpfs", "-o", "size=96m", "tmpfs", peapod.dataDir]));
  // Before the folder is removed, whatever happens.
  await using _room = {
    async [Symbol.asyncDispose]() {
      await peapod.down();
      succeed(await execute("umount", ["-l", peapod.dataDir]));
    },
  };
  succeed(await peapod.peapod("image", "import", image, guest));
  await peapod.up();
  const ballast = join(peapod.dataDir, "ballast");
  await execute("dd", ["if=/dev/zero", `of=${ballast}`, "bs=64k"]);
  const refused = await execute("kubectl", ["create", "configmap", "x"], {
    ...process.env,
    KUBECONFIG: peapod.kubeconfig,
    HOME: "/run",
  });
  assert.notEqual(refused.code, 0, "nothing is acknowledged that is not on disk");
  assert.match(refused.stderr, /full|space/i);
  rmSync(ballast);
  await eventually(
    "writes are taken again",
    async () => (await peapod.kubectl("create", "configmap", "y")) || undefined,
  );
  await peapod.apply(manifest("roomy"));
  await running(peapod, "roomy");
  await peapod.kubectl("delete", "vm", "roomy", "--timeout=60s");
});

async function machine(peapod: Peapod, name: string): Promise<VirtualMachine> {
  return (await peapod.client()).get(VirtualMachine, { namespace: "default", name });
}

async function condition(peapod: Peapod, name: string, type: string): Promise<string> {
  const vmi = await (await peapod.client()).find(VirtualMachineInstance, { namespace: "default", name });
  const found = vmi?.status?.conditions?.find((one) => one.type === type && one.status === "False");
  return found ? `${found.reason}: ${found.message}` : "";
}

async function running(peapod: Peapod, name: string): Promise<void> {
  const client = await peapod.client();
  await eventually(
    `${name} runs`,
    async () =>
      (await client.find(VirtualMachineInstance, { namespace: "default", name }))?.status?.phase === "Running" ||
      undefined,
    180_000,
  );
}

async function events(peapod: Peapod, name: string): Promise<readonly string[]> {
  const { items } = await (await peapod.client()).list(Event, { namespace: "default" });
  return items
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message }) => `${reason} ${message}`);
}

async function podEvents(peapod: Peapod, name: string): Promise<string> {
  const client = await peapod.client();
  const { items } = await client.list(Pod, { namespace: "default", labelSelector: `vm.kubevirt.io/name=${name}` });
  const lines = await Promise.all(items.map((pod) => events(peapod, pod.metadata.name ?? "")));
  return lines.flat().join("\n");
}
