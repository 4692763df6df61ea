import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type Admission,
  admissions,
  applyDefaults,
  type Kind,
  type KubeObject,
  VirtualMachine,
  VirtualMachineInstance,
} from "@peapod/api";
import { parseYaml } from "@peapod/machinery";
import { at } from "@peapod/machinery/testing";
import { renderQemuArgs } from "@peapod/qemu";
import { renderCloudInit } from "./cloud-init/index.ts";
import { renderDomain } from "./domain/index.ts";
import { renderInstance } from "./instance.ts";
import { launcherConfig } from "./launcher-pod/config.ts";
import { renderLauncherPod } from "./launcher-pod/index.ts";

const examples = globSync(new URL("../../../../examples/vm-*.yaml", import.meta.url).pathname);

test("every example becomes a pod and a QEMU that can be started", () => {
  assert.ok(examples.length > 0);
  for (const file of examples) {
    const vmi = runOf(file);
    const pod = renderLauncherPod(vmi, { config: launcherConfig(undefined, [], "launcher"), nads: [] });
    const images = vmi.spec.volumes?.filter(({ containerDisk }) => containerDisk).length ?? 0;
    assert.equal(pod.spec?.containers.length, 1 + images, file);
    const args = renderQemuArgs(domainOf(vmi), { now: at("12:00:00") });
    for (const { name } of vmi.spec.domain.devices.disks ?? []) {
      assert.ok(
        args.some((arg) => arg.includes(`/data/${name}`)),
        `${file}: disk ${name}`,
      );
    }
    for (const { name } of vmi.spec.domain.devices.interfaces ?? []) {
      assert.ok(
        args.some((arg) => arg.includes(`"id":"nic-${name}"`)),
        `${file}: interface ${name}`,
      );
    }
  }
});

test("the cirros example gets what its author left open", () => {
  const vmi = runOf(examples.find((file) => file.endsWith("vm-cirros.yaml")) ?? "");
  const domain = domainOf(vmi);
  assert.equal(domain.machine.type, "q35");
  assert.equal(domain.memory.sizeBytes, 123 * 1024 * 1024);
  assert.equal(domain.uuid, vmi.spec.domain.firmware?.uuid);
  const seed = vmi.spec.volumes?.map((volume) => renderCloudInit(volume, { vmi, secrets: () => undefined }));
  assert.deepEqual(
    seed?.flatMap((one) => one?.label ?? []),
    ["cidata"],
  );
});

/** A manifest after the server took it, one run of it after the server took that. */
function runOf(file: string): VirtualMachineInstance {
  const manifest = parseYaml(readFileSync(file, "utf8")) as VirtualMachine; // the server would judge it
  const metadata = {
    ...manifest.metadata,
    namespace: "default",
    uid: "d633a622-2335-4606-93ae-d432b7c7f2d2",
    generation: 1,
  };
  const vm = admit(VirtualMachine, { ...manifest, metadata });
  const vmi = admit(VirtualMachineInstance, renderInstance(vm));
  return { ...vmi, metadata: { ...vmi.metadata, uid: "6f01a94b-3260-4c5a-bbe5-dc98d13e6bea" } };
}

/** As the API server does: mutate, defaults, validate. */
function admit<T extends KubeObject>(kind: Kind<T>, object: T): T {
  const review = (seen: T) => ({
    operation: "CREATE" as const,
    object: seen,
    oldObject: undefined,
    user: { username: "system:serviceaccount:peapod-system:compute", groups: [] },
    now: at("12:00:00"),
    random: () => 0.5,
    find: () => undefined,
    list: () => [],
  });
  const ours = admissions.filter(
    (admission) => admission.kind === (kind as Kind),
  ) as readonly Admission[] as readonly Admission<T>[];
  const mutated = ours.reduce((seen, admission) => admission.mutate?.(review(seen)) ?? seen, object);
  const complete = applyDefaults(kind.schema, mutated) as T; // of the same schema
  assert.deepEqual(
    ours.flatMap((admission) => admission.validate?.(review(complete)) ?? []),
    [],
  );
  return complete;
}

function domainOf(vmi: VirtualMachineInstance) {
  return renderDomain({
    vmi,
    attachments: (vmi.spec.domain.devices.interfaces ?? []).map(({ name }) => ({
      name,
      binding: "masquerade",
      podInterfaceName: "eth0",
      backend: { type: "tap", ifName: "tap0" },
      mac: "02:00:00:aa:bb:cc",
      mtu: 1500,
      ipAddresses: [],
    })),
    disks: (vmi.spec.volumes ?? []).map(({ name }) => ({
      volumeName: name,
      path: `/data/${name}`,
      format: "qcow2",
      blockDevice: false,
      backingPaths: [],
      readOnly: false,
      virtualSizeBytes: 1,
    })),
    node: { name: "n1", architecture: "amd64", accelerator: "tcg", qemuVersion: "7.2.22", directIo: true },
    paths: { runDir: "/run/peapod/abc123/1", uefiVars: "/data/vars.fd" },
  });
}
