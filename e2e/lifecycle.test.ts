/**
 * A machine's life with a real guest: started, stopped, restarted, ended from within, killed, failing and healing. What needs no guest
 * is in run-strategies.test.ts.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  ControllerRevision,
  Event,
  Pod,
  VirtualMachine,
  VirtualMachineInstance,
  type VirtualMachineInstanceStatus,
} from "@peapod/api";
import type { Client } from "@peapod/machinery";
import { eventually as eventuallyWithin, guestImage, type Peapod, startPeapod, succeed } from "./harness.ts";

const image = "registry.example/peapod/guest:v1";
const namespace = "default";

test("machines live as their run strategies say", async (t) => {
  const peapod = await startPeapod(t, { images: { [image]: await guestImage() } });
  const client = await peapod.client();
  const run = (name: string, body: (house: House) => Promise<void>) =>
    t.test(name, () => body(houseOf(peapod, client)));

  await run("Always: starts, survives the loss of its VMI and of its pod, stops, starts again", async (house) => {
    await house.apply("always", "runStrategy: Always");
    const first = await house.running("always");
    const address = addressOf(first);
    assert.ok(address, "the guest has an address");
    assert.deepEqual(phasesOf(first), ["Pending", "Scheduling", "Scheduled", "Running"]);
    await house.says("always", "Running");

    await peapod.kubectl("delete", "vmi", "always", "--wait=false");
    const second = await house.running("always", first);
    assert.equal(addressOf(second), address, "the address belongs to the machine");

    const pod = await house.podOf("always");
    await peapod.kubectl("delete", "pod", pod.metadata.name ?? "", "--wait=false");
    const third = await house.running("always", second);
    assert.notEqual((await house.podOf("always")).metadata.name, pod.metadata.name);
    assert.equal(addressOf(third), address);

    succeed(await peapod.virtctl("restart", "always"));
    const fourth = await house.running("always", third);

    succeed(await peapod.virtctl("stop", "always"));
    await house.gone("always");
    await house.says("always", "Stopped");
    const refused = await peapod.virtctl("stop", "always");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /VM is not running|Halted only supports manual stop requests/);

    succeed(await peapod.virtctl("start", "always"));
    await house.running("always", fourth);
    const reasons = await house.eventReasons("VirtualMachine", "always");
    assert.ok(reasons.includes("SuccessfulCreate") && reasons.includes("SuccessfulDelete"));

    await peapod.kubectl("delete", "vm", "always");
    await house.gone("always");
    const revisions = await client.list(ControllerRevision, { namespace });
    assert.deepEqual(revisions.items, [], "nothing of it is left");
  });

  await run("pause takes a guest out of service, unpause brings it back", async (house) => {
    await house.apply("paused", "runStrategy: Always");
    await house.ready("paused");
    succeed(await peapod.virtctl("pause", "vm", "paused"));
    await house.says("paused", "Paused");
    await eventually("a pod that is not ready", async () => {
      const conditions = (await house.podOf("paused")).status?.conditions ?? [];
      return conditions.find(({ type, status }) => type === "Ready" && status === "False");
    });
    succeed(await peapod.virtctl("unpause", "vm", "paused"));
    await house.ready("paused");
    await peapod.kubectl("delete", "vm", "paused");
  });

  await run("RerunOnFailure: a guest that powers itself off stays off, a crashed one comes back", async (house) => {
    await house.apply("rerun", "runStrategy: RerunOnFailure");
    const first = await house.running("rerun");
    killQemu(first);
    const second = await house.running("rerun", first);
    succeed(await peapod.virtctl("stop", "rerun"));
    await house.gone("rerun");
    succeed(await peapod.virtctl("start", "rerun"));
    const third = await house.running("rerun", second);
    assert.notEqual(third.metadata.uid, second.metadata.uid);
    await peapod.kubectl("delete", "vm", "rerun");

    await house.apply("shut", "runStrategy: RerunOnFailure", poweringOff);
    await house.seen("shut", "Running");
    await house.gone("shut");
    await house.says("shut", "Stopped");
    await peapod.kubectl("delete", "vm", "shut");
  });

  await run("Once: runs once, and what it ended as stays to be read", async (house) => {
    await house.apply("once", "runStrategy: Once", poweringOff);
    await house.seen("once", "Succeeded");
    await house.says("once", "Stopped");
    const refused = await peapod.virtctl("start", "once");
    assert.match(refused.stderr, /Once does not support manual start requests/);
    await peapod.kubectl("delete", "vm", "once");
  });

  await run("Manual: starts when asked, paused when asked", async (house) => {
    await house.apply("manual", "runStrategy: Manual");
    await house.says("manual", "Stopped");
    succeed(await peapod.virtctl("start", "manual", "--paused"));
    const vmi = await house.seen("manual", "Running");
    assert.equal(vmi.spec.startStrategy, "Paused");
    await house.says("manual", "Paused");
    await peapod.kubectl("delete", "vm", "manual");
  });

  await run(
    "an image that cannot be had is named on the VM, a start that fails is counted, and both heal",
    async (house) => {
      const missing = "registry.invalid/peapod/missing:v1";
      await house.apply("missing", "runStrategy: Always", "", missing);
      const isPullError = (word: string) => /^(ErrImagePull|ImagePullBackOff)$/.test(word);
      await eventually("the word", async () => isPullError(await house.word("missing")) || undefined);
      const pod = await house.podOf("missing");
      await peapod.kubectl("delete", "pod", pod.metadata.name ?? "", "--wait=false");
      const failure = await eventually("a counted failure", async () => {
        const { status } = await client.get(VirtualMachine, { namespace, name: "missing" });
        return status?.startFailure;
      });
      assert.equal(failure.consecutiveFailCount, 1);
      await house.says("missing", "CrashLoopBackOff");
      succeed(await peapod.peapod("image", "import", missing, await guestImage()));
      await house.running("missing");
      await eventually("a clean record", async () => {
        const { status } = await client.get(VirtualMachine, { namespace, name: "missing" });
        return !status?.startFailure || undefined;
      });
      await peapod.kubectl("delete", "vm", "missing");
    },
  );

  await run("a volume that is not there is named on the VMI, and the guest starts when it is", async (house) => {
    const path = join(peapod.dataDir, "late.img");
    const volume = `      - { name: late, hostDisk: { path: ${path}, type: Disk } }\n`;
    await house.apply("waiting", "runStrategy: Always", "", image, volume);
    const trouble = await eventually("a condition", async () => {
      const vmi = await client.find(VirtualMachineInstance, { namespace, name: "waiting" });
      return vmi?.status?.conditions?.find(({ type, status }) => type === "Synchronized" && status === "False");
    });
    assert.match(trouble.message ?? "", /late/);
    writeFileSync(path, Buffer.alloc(1024 * 1024));
    await house.running("waiting");
    await peapod.kubectl("delete", "vm", "waiting");
  });
});

/** A boot is seconds of CPU, and minutes where many share it. */
function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  return eventuallyWithin(what, look, 400_000);
}

/** The guest switches itself off a moment after it is up. */
const poweringOff = "(sleep 2; poweroff) &";

type House = ReturnType<typeof houseOf>;

function houseOf(peapod: Peapod, client: Client) {
  const find = (name: string) => client.find(VirtualMachineInstance, { namespace, name });
  const seen = (name: string, phase: string, not?: VirtualMachineInstance) =>
    eventually(`${name} ${phase}`, async () => {
      const vmi = await find(name);
      const isOther = vmi?.metadata.uid !== not?.metadata.uid;
      return vmi && isOther && phasesOf(vmi).includes(phase) ? vmi : undefined;
    });
  const word = async (name: string) =>
    (await client.get(VirtualMachine, { namespace, name })).status?.printableStatus ?? "";
  return {
    seen,
    apply: (name: string, strategy: string, script = "", reference = image, volumes = "") =>
      peapod.apply(manifest({ name, strategy, script, reference, volumes })),
    /** The machine's VMI once its guest runs and has an address; another than `not`. */
    running: (name: string, not?: VirtualMachineInstance) =>
      eventually(`${name} running`, async () => {
        const vmi = await seen(name, "Running", not);
        return addressOf(vmi) ? vmi : undefined;
      }),
    ready: (name: string) => peapod.kubectl("wait", `vm/${name}`, "--for=condition=Ready", "--timeout=400s"),
    gone: (name: string) =>
      eventually(`${name} gone`, async () => {
        const pods = await client.list(Pod, { namespace, labelSelector: `vm.kubevirt.io/name=${name}` });
        return (!(await find(name)) && pods.items.length === 0) || undefined;
      }),
    word,
    says: (name: string, wanted: string) =>
      eventually(`${name} ${wanted}`, async () => (await word(name)) === wanted || undefined),
    podOf: (name: string) =>
      eventually(`the pod of ${name}`, async () => {
        const pods = await client.list(Pod, { namespace, labelSelector: `vm.kubevirt.io/name=${name}` });
        return pods.items.find(({ metadata }) => !metadata.deletionTimestamp);
      }),
    eventReasons: async (kind: string, name: string) => {
      const events = await client.list(Event, { namespace });
      return events.items
        .filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name)
        .map(({ reason }) => reason);
    },
  };
}

interface Manifest {
  readonly name: string;
  readonly strategy: string;
  readonly script: string;
  readonly reference: string;
  readonly volumes: string;
}

function manifest({ name, strategy, script, reference, volumes }: Manifest): string {
  return `apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: ${name}
spec:
  ${strategy}
  template:
    spec:
      terminationGracePeriodSeconds: 20
      domain:
        devices:
          autoattachGraphicsDevice: false
          disks:
          - { name: root, disk: { bus: virtio } }
          - { name: seed, disk: { bus: virtio } }
          interfaces:
          - { name: default, masquerade: {} }
        resources: { requests: { memory: 128M } }
      networks:
      - { name: default, pod: {} }
      volumes:
      - name: root
        containerDisk: { image: ${reference}, imagePullPolicy: IfNotPresent }
      - name: seed
        cloudInitNoCloud:
          userData: |
            #!/bin/sh
            ${script || "true"}
${volumes}`;
}

function phasesOf(vmi: VirtualMachineInstance): readonly (string | undefined)[] {
  return (vmi.status?.phaseTransitionTimestamps ?? []).map(({ phase }) => phase);
}

function addressOf({ status }: { readonly status?: VirtualMachineInstanceStatus | undefined }): string | undefined {
  return status?.interfaces?.[0]?.ipAddress;
}

/** The guest's QEMU, told apart by the name it shows in process lists. */
function killQemu(vmi: VirtualMachineInstance): void {
  const wanted = `${vmi.metadata.namespace}_${vmi.metadata.name}`;
  const found = globSync("/proc/[0-9]*/cmdline").filter((file) => {
    try {
      const line = readFileSync(file, "utf8");
      return line.includes("qemu-system-") && line.includes(wanted);
    } catch {
      return false; // ended meanwhile
    }
  });
  assert.equal(found.length, 1, `one QEMU of ${wanted}`);
  process.kill(Number(found[0]?.split("/")[2]), "SIGKILL");
}
