import assert from "node:assert/strict";
import { test } from "node:test";
import { saidOf } from "../../testing/index.ts";

const root = { name: "root", containerDisk: { image: "example.com/guest:1" } };
const rootDisk = { name: "root", disk: { bus: "virtio" } };
const volume = (fields: object) => ({
  volumes: [root, { name: "x", ...fields }],
  domain: { devices: { disks: [rootDisk, { name: "x", disk: { bus: "virtio" } }] } },
});

test("a volume has exactly one source", () => {
  assert.deepEqual(saidOf(volume({})), ["spec.volumes[1]: spec.volumes[1] must have exactly one source type set"]);
  assert.deepEqual(saidOf(volume({ emptyDisk: { capacity: "1Gi" }, containerDisk: { image: "a" } })), [
    "spec.volumes[1]: spec.volumes[1] must have exactly one source type set",
  ]);
  assert.deepEqual(saidOf({ volumes: [root, root] }), [
    "spec.volumes[1].name: spec.volumes[1] and spec.volumes[0] must not have the same Name.",
  ]);
});

test("a container disk's path stays inside the image", () => {
  const at = "spec.volumes[1].containerDisk";
  const path = (text: string) => saidOf(volume({ containerDisk: { image: "a", path: text } }));
  assert.deepEqual(path("/disk/a.qcow2"), []);
  assert.deepEqual(path("/"), [`${at}: ${at} must not point to root`]);
  assert.deepEqual(path("/disk/../a"), [`${at}: ${at} must be an absolute path to a file without relative components`]);
});

test("a host disk needs its gate", () => {
  const hostDisk = { path: "/data/a.img", type: "DiskOrCreate", capacity: "1Gi" };
  const gate = { developerConfiguration: { featureGates: ["HostDisk"] } };
  assert.deepEqual(saidOf(volume({ hostDisk })), ["spec.volumes[1]: HostDisk feature gate is not enabled"]);
  assert.deepEqual(saidOf(volume({ hostDisk }), gate), []);
  assert.deepEqual(saidOf(volume({ hostDisk: { ...hostDisk, type: "Disk" } }), gate), [
    "spec.volumes[1].hostDisk.capacity: spec.volumes[1].hostDisk.capacity is allowed to pass only with spec.volumes[1].hostDisk.type equal to 'DiskOrCreate'",
  ]);
  assert.deepEqual(saidOf(volume({ hostDisk: { path: "/a", type: "File" } }), gate), [
    "spec.volumes[1].hostDisk.type: spec.volumes[1].hostDisk.type has invalid value 'File', allowed are 'Disk' or 'DiskOrCreate'",
  ]);
});

test("cloud-init data have one source each, and are small", () => {
  const at = "spec.volumes[1].cloudInitNoCloud";
  const seed = (cloudInitNoCloud: object) => saidOf(volume({ cloudInitNoCloud }));
  assert.deepEqual(seed({ userData: "#!/bin/sh" }), []);
  assert.deepEqual(seed({ secretRef: { name: "s" } }), []);
  assert.deepEqual(seed({}), [`${at}: ${at} must have at least one userdatasource or one networkdatasource set.`]);
  assert.deepEqual(seed({ userData: "a", userDataBase64: "YQ==" }), [
    `${at}: ${at} must have only one userdatasource set.`,
  ]);
  assert.deepEqual(seed({ userDataBase64: "!" }), [
    `${at}.userDataBase64: ${at}.userDataBase64.cloudInitNoCloud.userDataBase64 is not a valid base64 value.`,
  ]);
  assert.deepEqual(seed({ userData: "é".repeat(1024) }), []);
  assert.deepEqual(seed({ userData: "é".repeat(1025) }), [
    `${at}: ${at} userdata exceeds 2048 byte limit. Should use UserDataSecretRef for larger data.`,
  ]);
  assert.deepEqual(seed({ networkDataBase64: "a".repeat(2736) }), [
    `${at}: ${at} networkdata exceeds 2048 byte limit. Should use NetworkDataSecretRef for larger data.`,
  ]);
});

test("a credential has one way into the guest, and the guest has it", () => {
  const secret = { secret: { secretName: "keys" } };
  const accessCredentials = [{ sshPublicKey: { source: secret, propagationMethod: { noCloud: {} } } }];
  assert.deepEqual(saidOf({ ...volume({ cloudInitNoCloud: { userData: "x" } }), accessCredentials }), []);
  assert.deepEqual(saidOf({ accessCredentials }), [
    "spec.accessCredentials[0].sshPublicKey.propagationMethod: spec.accessCredentials[0] requires a noCloud volume to exist when the noCloud propagationMethod is in use.",
  ]);
  assert.deepEqual(saidOf({ accessCredentials: [{ sshPublicKey: { source: {}, propagationMethod: {} } }] }), [
    "spec.accessCredentials[0].sshPublicKey.source: spec.accessCredentials[0] must have exactly one source set",
    "spec.accessCredentials[0].sshPublicKey.propagationMethod: spec.accessCredentials[0] must have exactly one propagationMethod set",
  ]);
  assert.deepEqual(saidOf({ accessCredentials: [{}] }), [
    "spec.accessCredentials[0]: spec.accessCredentials[0] must have exactly one access credential type set",
  ]);
});
