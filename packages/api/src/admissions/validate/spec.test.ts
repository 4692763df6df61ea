import assert from "node:assert/strict";
import { test } from "node:test";
import { instanceSpec, kubeVirt, review, virtualMachineInstance } from "../../testing/index.ts";
import { withDefaultDiskTargets } from "../defaults/disks.ts";
import { defaultSpec } from "../defaults/spec.ts";
import { readInstallation } from "../installation.ts";
import { validateSpec } from "./spec.ts";

type Spec = Parameters<typeof instanceSpec>[0];
type Configuration = Parameters<typeof kubeVirt>[0];

/** What is said of a spec, once its defaults are filled in: `path: sentence`. */
function said(given: Spec, configuration: Configuration = {}): readonly string[] {
  const installation = readInstallation(review(virtualMachineInstance(), { known: [kubeVirt(configuration)] }));
  const spec = instanceSpec(given);
  const complete = withDefaultDiskTargets(defaultSpec(spec, installation));
  return validateSpec(complete, spec, "spec", installation).map(({ path, message }) => `${path}: ${message}`);
}

const root = { name: "root", containerDisk: { image: "example.com/guest:1" } };
const rootDisk = { name: "root", disk: { bus: "virtio" } };
const nic = (fields: object) => ({
  domain: { devices: { interfaces: [{ name: "default", masquerade: {}, ...fields }] } },
});
const disk = (fields: object) => ({ domain: { devices: { disks: [{ ...rootDisk, ...fields }] } } });
const volume = (fields: object) => ({
  volumes: [root, { name: "x", ...fields }],
  domain: { devices: { disks: [rootDisk, { name: "x", disk: { bus: "virtio" } }] } },
});

test("an ordinary machine has nothing wrong with it", () => {
  assert.deepEqual(said({}), []);
});

test("names become DNS names", () => {
  const [hostname, subdomain] = said({ hostname: "a.b", subdomain: "-x" });
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
  assert.deepEqual(said({ domain: { resources } }), [
    "spec.domain.resources.requests.memory: spec.domain.resources.requests.memory '2Gi' is greater than spec.domain.resources.limits.memory '1Gi'",
    "spec.domain.resources.requests.cpu: spec.domain.resources.requests.cpu '-1': must be greater than or equal to 0.",
  ]);
  assert.deepEqual(said({ domain: { resources: { requests: { memory: "64k" } } } }), [
    "spec.domain.resources.requests.memory: spec.domain.resources.requests.memory '64k': must be greater than or equal to 1M.",
  ]);
});

test("where changes are staged, the guest fits its limit", () => {
  const domain = { memory: { guest: "2Gi" }, resources: { requests: { memory: "1Gi" }, limits: { memory: "1Gi" } } };
  assert.deepEqual(said({ domain }), []);
  assert.deepEqual(said({ domain }, { vmRolloutStrategy: "Stage" }), [
    "spec.domain.memory.guest: spec.domain.memory.guest '2Gi' must be equal to or less than the memory limit spec.domain.resources.limits.memory '1Gi'",
  ]);
});

test("a time zone exists, and the guest's network holds it", () => {
  assert.deepEqual(said({ domain: { clock: { timezone: "Europe/Berlin" } } }), []);
  assert.deepEqual(said({ domain: { clock: { timezone: "Mars/Olympus" } } }), [
    'spec.domain.clock.timezone: Cannot use "Mars/Olympus" as a time zone: name one of the IANA database, such as Europe/Berlin',
  ]);
  assert.deepEqual(said({ networks: [{ name: "default", pod: { vmNetworkCIDR: "192.168.7.0/24" } }] }), []);
  assert.deepEqual(said({ networks: [{ name: "default", pod: { vmNetworkCIDR: "192.168.7.0/31" } }] }), [
    `spec.networks[0].pod.vmNetworkCIDR: Cannot use "192.168.7.0/31" as the guest's network: write an IPv4 network of at least four addresses, such as 10.0.2.0/24`,
  ]);
});

test("only machine types that the installation emulates are taken", () => {
  assert.deepEqual(said({ domain: { machine: { type: "pc" } } }), [
    "spec.domain.machine.type: spec.domain.machine.type is not supported: pc (allowed values: [q35* pc-q35*])",
  ]);
  assert.deepEqual(said({ domain: { machine: { type: "pc-q35-7.2" } } }), []);
  assert.deepEqual(said({ domain: { machine: { type: "pc" } } }, { emulatedMachines: ["p?"] }), []);
});

test("CPU flags have a known policy", () => {
  const features = [{ name: "pcid" }, { name: "vmx", policy: "maybe" }];
  assert.deepEqual(said({ domain: { cpu: { features } } }), [
    "spec.domain.cpu.features[1].policy: CPU feature vmx uses policy maybe that is not supported.",
  ]);
});

test("secure boot needs SMM, and BIOS excludes UEFI", () => {
  assert.deepEqual(said({ domain: { firmware: { bootloader: { efi: {}, bios: {} } } } }), [
    "spec.domain.firmware.bootloader: spec.domain.firmware.bootloader has both EFI and BIOS configured, but they are mutually exclusive.",
    "spec.domain: spec.domain has EFI SecureBoot enabled. SecureBoot requires SMM, which is currently disabled.",
  ]);
  const efi = { firmware: { bootloader: { efi: {} } } };
  assert.deepEqual(said({ domain: { ...efi, features: { smm: {} } } }), []);
  assert.deepEqual(said({ domain: { firmware: { bootloader: { efi: { secureBoot: false } } } } }), []);
});

test("a start strategy is Paused or none", () => {
  assert.deepEqual(said({ startStrategy: "Slowly" }), [
    "spec.startStrategy: spec.startStrategy is set with an unrecognized option: Slowly",
  ]);
  assert.deepEqual(said({ startStrategy: "Paused" }), []);
});

test("networks and interfaces belong together, by name", () => {
  assert.deepEqual(said({ networks: [{ name: "a", pod: {} }] }), [
    "spec.networks[0].name: spec.networks[0].name 'a' not found.",
    "spec.domain.devices.interfaces[0].name: spec.domain.devices.interfaces[0].name 'default' not found.",
    "spec.domain.devices.interfaces[0].name: Masquerade interface only implemented with pod network",
  ]);
});

test("a network has one source, and there is one default", () => {
  const networks = [{ name: "default", pod: {}, multus: { networkName: "", default: true } }, { name: "default" }];
  assert.deepEqual(said({ networks }), [
    "spec.networks: Pod network cannot be defined when Multus default network is defined",
    "spec.networks[0]: should have only one network type",
    "spec.networks[0]: CNI delegating plugin must have a networkName",
    "spec.networks[1]: should have a network type",
    'spec.networks[1].name: Network with name "default" already exists, every network must have a unique name',
    "spec.domain.devices.interfaces[0].name: Masquerade interface only implemented with pod network",
  ]);
});

test("an interface has exactly one binding, of those that are left", () => {
  assert.deepEqual(said(nic({ bridge: {} })), [
    "spec.domain.devices.interfaces[0]: logical default interface must have exactly one binding method or binding plugin",
  ]);
  assert.deepEqual(said(nic({ masquerade: undefined, slirp: {} })), [
    "spec.domain.devices.interfaces[0]: logical default interface must have exactly one binding method or binding plugin",
    "spec.domain.devices.interfaces[0].slirp: Slirp interface support has been discontinued since v1.3",
  ]);
});

test("the installation may forbid the bridge on the pod network", () => {
  const bridge = nic({ masquerade: undefined, bridge: {} });
  assert.deepEqual(said(bridge), []);
  assert.deepEqual(said(bridge, { network: { permitBridgeInterfaceOnPodNetwork: false } }), [
    "spec.domain.devices.interfaces[0].name: Bridge on pod network configuration is not enabled under kubevirt-config",
  ]);
});

test("an interface's hardware makes sense", () => {
  const at = "spec.domain.devices.interfaces[0]";
  assert.deepEqual(said(nic({ model: "rtl" })), [
    `${at}.model: interface ${at}.name uses model rtl that is not supported.`,
  ]);
  assert.deepEqual(said(nic({ macAddress: "xy" })), [
    `${at}.macAddress: interface ${at}.name has malformed MAC address (xy).`,
  ]);
  assert.deepEqual(said(nic({ macAddress: "02:00:00:00:00:00:00:01" })), [
    `${at}.macAddress: interface ${at}.name has too long MAC address (02:00:00:00:00:00:00:01).`,
  ]);
  assert.deepEqual(said(nic({ macAddress: "02:00:00:00:00:00" })), [
    `${at}.macAddress: The requested MAC address is reserved for the in-pod bridge. Please choose another one.`,
  ]);
  assert.deepEqual(said(nic({ macAddress: "0200.0000.0001", pciAddress: "0000:81:01.0", model: "e1000e" })), []);
  assert.deepEqual(said(nic({ pciAddress: "81:01" })), [
    `${at}.pciAddress: interface ${at}.name has malformed PCI address (81:01).`,
  ]);
});

test("an interface's state is up or down", () => {
  assert.deepEqual(said(nic({ state: "down" })), []);
  assert.match(said(nic({ state: "gone" }))[0] ?? "", /logical default interface state value is unsupported: gone$/);
  assert.match(
    said(nic({ state: "absent" }))[0] ?? "",
    /"default" interface's state "absent" is supported only for bridge binding$/,
  );
});

test("forwarded ports are ports", () => {
  const at = "spec.domain.devices.interfaces[0].ports";
  assert.deepEqual(said(nic({ ports: [{ port: 0 }, { port: 70_000, protocol: "SCTP" }, { port: 80, name: "Web" }] })), [
    `${at}[0].port: Port field is mandatory.`,
    `${at}[1].port: Port field must be in range 0 < x < 65536.`,
    `${at}[1].protocol: Unknown protocol, only TCP or UDP allowed`,
    `${at}[2].name: Invalid name of the port: Web`,
  ]);
  assert.deepEqual(
    said(
      nic({
        ports: [
          { port: 80, name: "web" },
          { port: 81, name: "web" },
        ],
      }),
    ),
    [`${at}[1].name: Duplicate name of the port: web`],
  );
});

test("DHCP options are in range", () => {
  const at = "spec.domain.devices.interfaces[0].dhcpOptions";
  const dhcpOptions = {
    ntpServers: ["10.0.0.1", "fd10::1"],
    privateOptions: [
      { option: 223, value: "a" },
      { option: 223, value: "b" },
    ],
  };
  assert.deepEqual(said(nic({ dhcpOptions })), [
    `${at}.privateOptions: Found Duplicates: you have provided duplicate DHCPPrivateOptions`,
    `${at}.privateOptions[0].option: provided DHCPPrivateOptions are out of range, must be in range 224 to 254`,
    `${at}.privateOptions[1].option: provided DHCPPrivateOptions are out of range, must be in range 224 to 254`,
    `${at}.ntpServers[1]: NTP servers must be a list of valid IPv4 addresses.`,
  ]);
});

test("disks and interfaces share one boot order", () => {
  const devices = {
    disks: [
      { ...rootDisk, bootOrder: 1 },
      { name: "iso", cdrom: {}, bootOrder: 0 },
    ],
    interfaces: [{ name: "default", masquerade: {}, bootOrder: 1 }],
  };
  assert.deepEqual(said({ domain: { devices } }), [
    "spec.domain.devices.interfaces[0].bootOrder: Boot order for spec.domain.devices.interfaces[0].bootOrder already set for a different device.",
    "spec.domain.devices.disks[1].bootOrder: spec.domain.devices.disks[1] must have a boot order > 0, if supplied",
  ]);
});

test("a disk shows a volume; only a CD-ROM drive may be empty", () => {
  const devices = { disks: [rootDisk, rootDisk, { name: "gone", disk: {} }, { name: "drive", cdrom: {} }] };
  assert.deepEqual(said({ domain: { devices } }), [
    "spec.domain.devices.disks[1].name: spec.domain.devices.disks[1] and spec.domain.devices.disks[0] must not have the same Name.",
    "spec.domain.devices.disks[2].name: spec.domain.devices.disks[2].Name 'gone' not found.",
  ]);
});

test("a disk sits on a bus that exists and fits", () => {
  const at = "spec.domain.devices.disks[0]";
  assert.deepEqual(said(disk({ disk: { bus: "ide" } })), [`${at}.disk.bus: IDE bus is not supported`]);
  assert.deepEqual(said(disk({ disk: { bus: "nvme" } })), [
    `${at}.disk.bus: ${at} is set with an unrecognized bus nvme, must be one of: [virtio scsi sata usb]`,
  ]);
  assert.deepEqual(said(disk({ disk: undefined, cdrom: { bus: "virtio" } })), [
    `${at}.cdrom.bus: Bus type virtio is invalid for CD-ROM device`,
  ]);
  assert.deepEqual(said(disk({ disk: { bus: "sata", readonly: true } })), [
    `${at}.disk.bus: sata hard-disks do not support read-only.`,
  ]);
  assert.deepEqual(said(disk({ disk: { bus: "scsi", pciAddress: "0000:81:01.0" } })), [
    `${at}.disk.pciAddress: disk ${at}.name - setting a PCI address is only possible with bus type virtio.`,
  ]);
  assert.deepEqual(said(disk({ cdrom: {} })), [`${at}: ${at} can only have a single target type defined`]);
});

test("a disk's settings have known values", () => {
  const at = "spec.domain.devices.disks[0]";
  assert.deepEqual(said(disk({ serial: "a b", cache: "fast", io: "uring", errorPolicy: "hope" })), [
    `${at}.serial: ${at} must be made up of the following characters [A-Za-z0-9_.+-], if specified`,
    `${at}.cache: ${at}.cache has invalid value fast`,
    `${at}.io: Disk IO mode for ${at} is not supported. Supported modes are: native, threads.`,
    `${at}.errorPolicy: ${at}.errorPolicy has invalid value "hope"`,
  ]);
  assert.deepEqual(
    said(disk({ serial: "S-1", cache: "none", io: "native", errorPolicy: "report", shareable: true })),
    [],
  );
});

test("a disk's blocks are powers of two, at least 512", () => {
  const at = "spec.domain.devices.disks[0].blockSize.custom";
  const sized = (custom: object) => said(disk({ blockSize: { custom } }));
  assert.deepEqual(sized({ logical: 4096, physical: 4096 }), []);
  assert.deepEqual(sized({ logical: 4096, physical: 512 }), [
    `${at}.logical: Logical size 4096 must be the same or less than the physical size of 512`,
  ]);
  assert.deepEqual(sized({ logical: 1000, physical: 1000 }), [
    `${at}.logical: Provided size of 1000 is not a power of 2`,
    `${at}.physical: Provided size of 1000 is not a power of 2`,
  ]);
  assert.deepEqual(sized({ logical: 512, physical: 512, discardGranularity: 700 }), [
    `${at}.discardGranularity: Discard granularity 700 must be multiples of logical size 512`,
  ]);
  assert.deepEqual(said(disk({ disk: { bus: "sata" }, blockSize: { custom: { logical: 4096, physical: 4096 } } })), [
    `${at}.logical: Logical size 4096 must be 512 for SATA devices`,
  ]);
});

test("a volume has exactly one source", () => {
  assert.deepEqual(said(volume({})), ["spec.volumes[1]: spec.volumes[1] must have exactly one source type set"]);
  assert.deepEqual(said(volume({ emptyDisk: { capacity: "1Gi" }, containerDisk: { image: "a" } })), [
    "spec.volumes[1]: spec.volumes[1] must have exactly one source type set",
  ]);
  assert.deepEqual(said({ volumes: [root, root] }), [
    "spec.volumes[1].name: spec.volumes[1] and spec.volumes[0] must not have the same Name.",
  ]);
});

test("a container disk's path stays inside the image", () => {
  const at = "spec.volumes[1].containerDisk";
  const path = (text: string) => said(volume({ containerDisk: { image: "a", path: text } }));
  assert.deepEqual(path("/disk/a.qcow2"), []);
  assert.deepEqual(path("/"), [`${at}: ${at} must not point to root`]);
  assert.deepEqual(path("/disk/../a"), [`${at}: ${at} must be an absolute path to a file without relative components`]);
});

test("a host disk needs its gate", () => {
  const hostDisk = { path: "/data/a.img", type: "DiskOrCreate", capacity: "1Gi" };
  const gate = { developerConfiguration: { featureGates: ["HostDisk"] } };
  assert.deepEqual(said(volume({ hostDisk })), ["spec.volumes[1]: HostDisk feature gate is not enabled"]);
  assert.deepEqual(said(volume({ hostDisk }), gate), []);
  assert.deepEqual(said(volume({ hostDisk: { ...hostDisk, type: "Disk" } }), gate), [
    "spec.volumes[1].hostDisk.capacity: spec.volumes[1].hostDisk.capacity is allowed to pass only with spec.volumes[1].hostDisk.type equal to 'DiskOrCreate'",
  ]);
  assert.deepEqual(said(volume({ hostDisk: { path: "/a", type: "File" } }), gate), [
    "spec.volumes[1].hostDisk.type: spec.volumes[1].hostDisk.type has invalid value 'File', allowed are 'Disk' or 'DiskOrCreate'",
  ]);
});

test("cloud-init data have one source each, and are small", () => {
  const at = "spec.volumes[1].cloudInitNoCloud";
  const seed = (cloudInitNoCloud: object) => said(volume({ cloudInitNoCloud }));
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

test("inputs, display, watchdog and panic devices are of known kinds", () => {
  const at = "spec.domain.devices";
  const devices = {
    inputs: [{ name: "k", type: "keyboard", bus: "ps2" }],
    video: { type: "qxl" },
    autoattachGraphicsDevice: false,
    watchdog: { name: "w", diag288: {} },
    panicDevices: [{ model: "bell" }],
  };
  assert.deepEqual(said({ domain: { devices } }), [
    `${at}.inputs[0].bus: Input device can have only virtio or usb bus.`,
    `${at}.inputs[0].type: Input device can have only tablet type.`,
    `${at}.video: Video configuration is not allowed when autoattachGraphicsDevice is set to false`,
    `${at}.panicDevices[0].model: invalid PanicDeviceModel(bell)`,
    `${at}.watchdog: amd64 only supports I6300ESB watchdog device`,
    `${at}.video.type: video model 'qxl' is not supported on amd64 architecture`,
    `${at}.watchdog.diag288: ${at}.watchdog.diag288 cannot be honoured: s390x guests are yet to come; use i6300esb`,
  ]);
});

test("arm64 has no BIOS, SATA, watchdog or threads", () => {
  const domain = {
    firmware: { bootloader: { bios: {} } },
    cpu: { threads: 2, sockets: 1, cores: 1, model: "cortex-a57" },
    devices: { disks: [{ name: "root", disk: { bus: "sata" } }], watchdog: { name: "w", i6300esb: {} } },
  };
  assert.deepEqual(said({ architecture: "arm64", domain }), [
    "spec.architecture: threads must not be greater than 1 at spec.domain.cpu.threads (got 2) when spec.architecture is arm64",
    "spec.domain.firmware.bootloader.bios: Arm64 does not support bios boot, please change to uefi boot",
    "spec.domain.cpu.model: currently, host-passthrough is the only model supported on Arm64",
    "spec.domain.devices.watchdog: Arm64 not support Watchdog device",
    "spec.domain.devices.disks[0].disk.bus: Arm64 not support this disk bus type, please use virtio or scsi",
  ]);
});

test("lists have their limits", () => {
  const volumes = Array.from({ length: 257 }, (_, index) => ({ name: `v${index}`, emptyDisk: { capacity: "1Mi" } }));
  const sentences = said({ volumes: [root, ...volumes.slice(1)] });
  assert.deepEqual(sentences, [
    "spec.domain.devices.disks: spec.domain.devices.disks list exceeds the 256 element limit in length",
    "spec.volumes: spec.volumes list exceeds the 256 element limit in length",
  ]);
});

test("DNS settings follow Kubernetes' limits", () => {
  assert.deepEqual(said({ dnsPolicy: "None" }), ["spec.dnsConfig: must provide `dnsConfig` when `dnsPolicy` is None"]);
  assert.deepEqual(said({ dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.1", "fd10::1"] } }), []);
  const dnsConfig = { nameservers: ["a", "1.1.1.1", "2.2.2.2", "3.3.3.3"], options: [{}] };
  assert.deepEqual(said({ dnsConfig }), [
    "spec.dnsConfig.nameservers: must not have more than 3 nameservers: [a 1.1.1.1 2.2.2.2 3.3.3.3]",
    "spec.dnsConfig.nameservers: must be valid IP address: a",
    "spec.dnsConfig.options: Option.Name must not be empty",
  ]);
});

test("a credential has one way into the guest, and the guest has it", () => {
  const secret = { secret: { secretName: "keys" } };
  const accessCredentials = [{ sshPublicKey: { source: secret, propagationMethod: { noCloud: {} } } }];
  assert.deepEqual(said({ ...volume({ cloudInitNoCloud: { userData: "x" } }), accessCredentials }), []);
  assert.deepEqual(said({ accessCredentials }), [
    "spec.accessCredentials[0].sshPublicKey.propagationMethod: spec.accessCredentials[0] requires a noCloud volume to exist when the noCloud propagationMethod is in use.",
  ]);
  assert.deepEqual(said({ accessCredentials: [{ sshPublicKey: { source: {}, propagationMethod: {} } }] }), [
    "spec.accessCredentials[0].sshPublicKey.source: spec.accessCredentials[0] must have exactly one source set",
    "spec.accessCredentials[0].sshPublicKey.propagationMethod: spec.accessCredentials[0] must have exactly one propagationMethod set",
  ]);
  assert.deepEqual(said({ accessCredentials: [{}] }), [
    "spec.accessCredentials[0]: spec.accessCredentials[0] must have exactly one access credential type set",
  ]);
});

test("a probe has one handler, though none is honoured yet", () => {
  assert.deepEqual(said({ livenessProbe: { periodSeconds: 3 } }), [
    "spec.livenessProbe: either spec.livenessProbe.tcpSocket, spec.livenessProbe.exec or spec.livenessProbe.httpGet must be set if a spec.livenessProbe is specified",
  ]);
  assert.deepEqual(said({ readinessProbe: { guestAgentPing: {} } }), [
    "spec.readinessProbe: spec.readinessProbe cannot be honoured: probes are yet to come",
  ]);
});
