import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret } from "@peapod/api";
import { instance } from "../../testing/index.ts";
import { type CloudInitInputs, renderCloudInit, type SeedFiles, seedSecretNames } from "./index.ts";

const firmware = { uuid: "d633a622-2335-4606-93ae-d432b7c7f2d2" };
const vmi = instance({ spec: { domain: { devices: {}, firmware } } });

test("renderCloudInit() makes a NoCloud seed with meta-data, user-data and the network's configuration", () => {
  const volume = { name: "seed", cloudInitNoCloud: { userData: "#!/bin/sh\n", networkData: "version: 2\n" } };
  assert.deepEqual(renderCloudInit(volume, { vmi, secrets: none }), {
    label: "cidata",
    files: [
      { path: "meta-data", content: `{"instance-id":"${firmware.uuid}","local-hostname":"web"}` },
      { path: "user-data", content: "#!/bin/sh\n" },
      { path: "network-config", content: "version: 2\n" },
    ],
  });
});

test("renderCloudInit() writes an empty user-data, which NoCloud wants to find", () => {
  const seed = renderCloudInit(
    { name: "seed", cloudInitNoCloud: { networkData: "version: 2" } },
    { vmi, secrets: none },
  );
  assert.equal(file(seed, "user-data"), "");
});

test("renderCloudInit() makes a ConfigDrive seed in OpenStack's layout", () => {
  const volume = { name: "seed", cloudInitConfigDrive: { userData: "#cloud-config\n", networkData: "{}" } };
  const seed = renderCloudInit(volume, { vmi, secrets: none });
  assert.equal(seed?.label, "config-2");
  assert.deepEqual(JSON.parse(String(file(seed, "openstack/latest/meta_data.json"))), {
    uuid: firmware.uuid,
    instance_id: "web.default",
    hostname: "web",
    local_hostname: "web",
  });
  assert.equal(file(seed, "openstack/latest/user_data"), "#cloud-config\n");
  assert.equal(file(seed, "openstack/latest/network_data.json"), "{}");
});

test("renderCloudInit() tells a ConfigDrive guest which devices the manifest tagged", () => {
  const tagged = instance({
    spec: {
      domain: {
        devices: {
          interfaces: [
            { name: "default", masquerade: {}, tag: "front" },
            { name: "plain", bridge: {} },
          ],
          disks: [{ name: "data", disk: { bus: "virtio" }, serial: "S1", tag: "database" }],
        },
      },
    },
  });
  const seed = renderCloudInit(
    { name: "seed", cloudInitConfigDrive: { userData: "x" } },
    {
      vmi: tagged,
      secrets: none,
      interfaces: [{ name: "default", mac: "02:00:00:aa:bb:cc", pciAddress: "0000:01:00.0" }],
    },
  );
  assert.deepEqual(JSON.parse(String(file(seed, "openstack/latest/meta_data.json"))).devices, [
    { type: "nic", bus: "pci", address: "0000:01:00.0", mac: "02:00:00:aa:bb:cc", tags: ["front"] },
    { type: "disk", bus: "pci", serial: "S1", tags: ["database"] },
  ]);
});

test("renderCloudInit() decodes base64 to bytes, because user data may be compressed", () => {
  const gzip = Buffer.from([0x1f, 0x8b, 0xff, 0x00]);
  const volume = { name: "seed", cloudInitNoCloud: { userDataBase64: gzip.toString("base64") } };
  assert.deepEqual(file(renderCloudInit(volume, { vmi, secrets: none }), "user-data"), new Uint8Array(gzip));
});

test("renderCloudInit() reads Secrets under either spelling of their keys", () => {
  const secrets = holding({ users: { userData: "#cloud-config" }, nets: { networkdata: "version: 1" } });
  const volume = {
    name: "seed",
    cloudInitNoCloud: { secretRef: { name: "users" }, networkDataSecretRef: { name: "nets" } },
  };
  const seed = renderCloudInit(volume, { vmi, secrets });
  assert.equal(Buffer.from(file(seed, "user-data") ?? "").toString(), "#cloud-config");
  assert.equal(Buffer.from(file(seed, "network-config") ?? "").toString(), "version: 1");
});

test("renderCloudInit() names the Secret that is missing, and the key that is", () => {
  const volume = { name: "seed", cloudInitNoCloud: { secretRef: { name: "users" } } };
  assert.throws(() => renderCloudInit(volume, { vmi, secrets: none }), {
    message: 'Cannot make cloud-init volume "seed": Secret "default/users" does not exist',
  });
  assert.throws(() => renderCloudInit(volume, { vmi, secrets: holding({ users: { other: "x" } }) }), {
    message: 'Cannot make cloud-init volume "seed": Secret "users" has no key "userdata" or "userData"',
  });
});

test("renderCloudInit() passes the ssh keys of accessCredentials to the guest", () => {
  const withKeys = instance({
    spec: {
      accessCredentials: [
        {
          sshPublicKey: {
            source: { secret: { secretName: "keys" } },
            propagationMethod: { noCloud: {} },
          },
        },
      ],
    },
  });
  const volume = { name: "seed", cloudInitNoCloud: { userData: "x" } };
  const secrets = holding({ keys: { alice: "ssh-ed25519 AAA alice\n", bob: "ssh-ed25519 BBB bob" } });
  const seed = renderCloudInit(volume, { vmi: withKeys, secrets });
  assert.deepEqual(JSON.parse(String(file(seed, "meta-data")))["public-keys"], {
    0: "ssh-ed25519 AAA alice",
    1: "ssh-ed25519 BBB bob",
  });
  assert.deepEqual(seedSecretNames(withKeys, volume), ["keys"]);
});

test("renderCloudInit() leaves other volumes alone", () => {
  assert.equal(renderCloudInit({ name: "scratch", emptyDisk: { capacity: "1Gi" } }, { vmi, secrets: none }), undefined);
});

const none: CloudInitInputs["secrets"] = () => undefined;

function holding(secrets: Record<string, Record<string, string>>): CloudInitInputs["secrets"] {
  return (name): Secret | undefined => {
    const values = secrets[name];
    return (
      values && {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: "default" },
        data: Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
        ),
      }
    );
  };
}

function file(seed: SeedFiles | undefined, path: string): string | Uint8Array | undefined {
  return seed?.files.find((candidate) => candidate.path === path)?.content;
}
