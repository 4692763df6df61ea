import assert from "node:assert/strict";
import { test } from "node:test";
import { saidOf } from "../../testing/index.ts";

test("an ordinary machine has nothing wrong with it", () => {
  assert.deepEqual(saidOf({}), []);
});

test("names become DNS names", () => {
  const [hostname, subdomain] = saidOf({ hostname: "a.b", subdomain: "-x" });
  assert.match(
    hostname ?? "",
    /^spec\.hostname: spec\.hostname does not conform to the kubernetes DNS_LABEL rules : a lowercase RFC 1123 label/,
  );
  assert.match(
    subdomain ?? "",
    /^spec\.subdomain: spec\.subdomain does not conform to the kubernetes DNS_SUBDOMAIN rules : /,
  );
});

test("memory and CPU are not negative, not tiny, and not beyond their limits", () => {
  const resources = { requests: { memory: "2Gi", cpu: "-1" }, limits: { memory: "1024Mi" } };
  assert.deepEqual(saidOf({ domain: { resources } }), [
    "spec.domain.resources.requests.memory: spec.domain.resources.requests.memory '2Gi' is greater than spec.domain.resources.limits.memory '1Gi'",
    "spec.domain.resources.requests.cpu: spec.domain.resources.requests.cpu '-1': must be greater than or equal to 0.",
  ]);
  assert.deepEqual(saidOf({ domain: { resources: { requests: { memory: "64k" } } } }), [
    "spec.domain.resources.requests.memory: spec.domain.resources.requests.memory '64k': must be greater than or equal to 1M.",
  ]);
});

test("where changes are staged, the guest fits its limit", () => {
  const domain = { memory: { guest: "2Gi" }, resources: { requests: { memory: "1Gi" }, limits: { memory: "1Gi" } } };
  assert.deepEqual(saidOf({ domain }), []);
  assert.deepEqual(saidOf({ domain }, { vmRolloutStrategy: "Stage" }), [
    "spec.domain.memory.guest: spec.domain.memory.guest '2Gi' must be equal to or less than the memory limit spec.domain.resources.limits.memory '1Gi'",
  ]);
});

test("a time zone exists, and the guest's network holds it", () => {
  assert.deepEqual(saidOf({ domain: { clock: { timezone: "Europe/Berlin" } } }), []);
  assert.deepEqual(saidOf({ domain: { clock: { timezone: "Mars/Olympus" } } }), [
    'spec.domain.clock.timezone: Cannot use "Mars/Olympus" as a time zone: name one of the IANA database, such as Europe/Berlin',
  ]);
  assert.deepEqual(saidOf({ networks: [{ name: "default", pod: { vmNetworkCIDR: "192.168.7.0/24" } }] }), []);
  assert.deepEqual(saidOf({ networks: [{ name: "default", pod: { vmNetworkCIDR: "192.168.7.0/31" } }] }), [
    `spec.networks[0].pod.vmNetworkCIDR: Cannot use "192.168.7.0/31" as the guest's network: write an IPv4 network of at least four addresses, such as 10.0.2.0/24`,
  ]);
});

test("only machine types that the installation emulates are taken", () => {
  assert.deepEqual(saidOf({ domain: { machine: { type: "pc" } } }), [
    "spec.domain.machine.type: spec.domain.machine.type is not supported: pc (allowed values: [q35* pc-q35*])",
  ]);
  assert.deepEqual(saidOf({ domain: { machine: { type: "pc-q35-7.2" } } }), []);
  assert.deepEqual(saidOf({ domain: { machine: { type: "pc" } } }, { emulatedMachines: ["p?"] }), []);
});

test("CPU flags have a known policy", () => {
  const features = [{ name: "pcid" }, { name: "vmx", policy: "maybe" }];
  assert.deepEqual(saidOf({ domain: { cpu: { features } } }), [
    "spec.domain.cpu.features[1].policy: CPU feature vmx uses policy maybe that is not supported.",
  ]);
});

test("secure boot needs SMM, and BIOS excludes UEFI", () => {
  assert.deepEqual(saidOf({ domain: { firmware: { bootloader: { efi: {}, bios: {} } } } }), [
    "spec.domain.firmware.bootloader: spec.domain.firmware.bootloader has both EFI and BIOS configured, but they are mutually exclusive.",
    "spec.domain: spec.domain has EFI SecureBoot enabled. SecureBoot requires SMM, which is currently disabled.",
  ]);
  const efi = { firmware: { bootloader: { efi: {} } } };
  assert.deepEqual(saidOf({ domain: { ...efi, features: { smm: {} } } }), []);
  assert.deepEqual(saidOf({ domain: { firmware: { bootloader: { efi: { secureBoot: false } } } } }), []);
});

test("a start strategy is Paused or none", () => {
  assert.deepEqual(saidOf({ startStrategy: "Slowly" }), [
    "spec.startStrategy: spec.startStrategy is set with an unrecognized option: Slowly",
  ]);
  assert.deepEqual(saidOf({ startStrategy: "Paused" }), []);
});

test("DNS settings follow Kubernetes' limits", () => {
  assert.deepEqual(saidOf({ dnsPolicy: "None" }), [
    "spec.dnsConfig: must provide `dnsConfig` when `dnsPolicy` is None",
  ]);
  assert.deepEqual(saidOf({ dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.1", "fd10::1"] } }), []);
  const dnsConfig = { nameservers: ["a", "1.1.1.1", "2.2.2.2", "3.3.3.3"], options: [{}] };
  assert.deepEqual(saidOf({ dnsConfig }), [
    "spec.dnsConfig.nameservers: must not have more than 3 nameservers: [a 1.1.1.1 2.2.2.2 3.3.3.3]",
    "spec.dnsConfig.nameservers: must be valid IP address: a",
    "spec.dnsConfig.options: Option.Name must not be empty",
  ]);
});

test("a probe has one handler, though none is honoured yet", () => {
  assert.deepEqual(saidOf({ livenessProbe: { periodSeconds: 3 } }), [
    "spec.livenessProbe: either spec.livenessProbe.tcpSocket, spec.livenessProbe.exec or spec.livenessProbe.httpGet must be set if a spec.livenessProbe is specified",
  ]);
  assert.deepEqual(saidOf({ readinessProbe: { guestAgentPing: {} } }), [
    "spec.readinessProbe: spec.readinessProbe cannot be honoured: probes are yet to come",
  ]);
});
