import assert from "node:assert/strict";
import { test } from "node:test";
import { saidOf } from "../../testing/index.ts";

const nic = (fields: object) => ({
  domain: { devices: { interfaces: [{ name: "default", masquerade: {}, ...fields }] } },
});

test("networks and interfaces belong together, by name", () => {
  assert.deepEqual(saidOf({ networks: [{ name: "a", pod: {} }] }), [
    "spec.networks[0].name: spec.networks[0].name 'a' not found.",
    "spec.domain.devices.interfaces[0].name: spec.domain.devices.interfaces[0].name 'default' not found.",
    "spec.domain.devices.interfaces[0].name: Masquerade interface only implemented with pod network",
  ]);
});

test("a network has one source, and there is one default", () => {
  const networks = [{ name: "default", pod: {}, multus: { networkName: "", default: true } }, { name: "default" }];
  assert.deepEqual(saidOf({ networks }), [
    "spec.networks: Pod network cannot be defined when Multus default network is defined",
    "spec.networks[0]: should have only one network type",
    "spec.networks[0]: CNI delegating plugin must have a networkName",
    "spec.networks[1]: should have a network type",
    'spec.networks[1].name: Network with name "default" already exists, every network must have a unique name',
    "spec.domain.devices.interfaces[0].name: Masquerade interface only implemented with pod network",
  ]);
});

test("an interface has exactly one binding, of those that are left", () => {
  assert.deepEqual(saidOf(nic({ bridge: {} })), [
    "spec.domain.devices.interfaces[0]: logical default interface must have exactly one binding method or binding plugin",
  ]);
  assert.deepEqual(saidOf(nic({ masquerade: undefined, slirp: {} })), [
    "spec.domain.devices.interfaces[0]: logical default interface must have exactly one binding method or binding plugin",
    "spec.domain.devices.interfaces[0].slirp: Slirp interface support has been discontinued since v1.3",
  ]);
});

test("passt and macvtap are bindings of pod and Multus networks, whatever upstream has dropped", () => {
  const over = (network: object, binding: object) =>
    saidOf({
      networks: [{ name: "default", ...network }],
      ...nic({ masquerade: undefined, ...binding }),
    });
  for (const binding of [{ passt: {} }, { passtBinding: {} }, { macvtap: {} }]) {
    assert.deepEqual(over({ pod: {} }, binding), []);
    assert.deepEqual(over({ multus: { networkName: "lan" } }, binding), []);
  }
  assert.equal(over({ pod: {} }, { passt: {}, passtBinding: {} }).length, 1);
});

test("the installation may forbid the bridge on the pod network", () => {
  const bridge = nic({ masquerade: undefined, bridge: {} });
  assert.deepEqual(saidOf(bridge), []);
  assert.deepEqual(saidOf(bridge, { network: { permitBridgeInterfaceOnPodNetwork: false } }), [
    "spec.domain.devices.interfaces[0].name: Bridge on pod network configuration is not enabled under kubevirt-config",
  ]);
});

test("an interface's hardware makes sense", () => {
  const at = "spec.domain.devices.interfaces[0]";
  assert.deepEqual(saidOf(nic({ model: "rtl" })), [
    `${at}.model: interface ${at}.name uses model rtl that is not supported.`,
  ]);
  assert.deepEqual(saidOf(nic({ macAddress: "xy" })), [
    `${at}.macAddress: interface ${at}.name has malformed MAC address (xy).`,
  ]);
  assert.deepEqual(saidOf(nic({ macAddress: "02:00:00:00:00:00:00:01" })), [
    `${at}.macAddress: interface ${at}.name has too long MAC address (02:00:00:00:00:00:00:01).`,
  ]);
  assert.deepEqual(saidOf(nic({ macAddress: "02:00:00:00:00:00" })), [
    `${at}.macAddress: The requested MAC address is reserved for the in-pod bridge. Please choose another one.`,
  ]);
  assert.deepEqual(saidOf(nic({ macAddress: "0200.0000.0001", pciAddress: "0000:0a:00.0", model: "e1000e" })), []);
  assert.deepEqual(saidOf(nic({ pciAddress: "81:01" })), [
    `${at}.pciAddress: interface ${at}.name has malformed PCI address (81:01).`,
  ]);
});

test("an interface's MAC address is that of one card", () => {
  const at = "spec.domain.devices.interfaces[0].macAddress";
  const given = (macAddress: string) => saidOf(nic({ macAddress })).join();
  const advice = "write one such as 02:00:00:00:00:05";
  assert.equal(
    given("01:00:5e:00:00:01"),
    `${at}: Cannot use "01:00:5e:00:00:01" as an interface's MAC address: it is the address of a group; ${advice}`,
  );
  assert.equal(
    given("ff-ff-ff-ff-ff-ff"),
    `${at}: Cannot use "ff-ff-ff-ff-ff-ff" as an interface's MAC address: it is the address of a group; ${advice}`,
  );
  assert.equal(
    given("0000.0000.0000"),
    `${at}: Cannot use "0000.0000.0000" as an interface's MAC address: it is only zeros; ${advice}`,
  );
  assert.match(given("02-00-00-00-00-00"), /reserved for the in-pod bridge/);
  assert.match(given("02:00:00:00:00"), /malformed MAC address \(02:00:00:00:00\)\.$/);
  assert.equal(given("DE-AD-00-00-BE-AF"), "");
});

const two = (first: object, second: object) => ({
  networks: [
    { name: "default", pod: {} },
    { name: "lan", multus: { networkName: "lan" } },
  ],
  domain: {
    devices: {
      interfaces: [
        { name: "default", masquerade: {}, ...first },
        { name: "lan", bridge: {}, ...second },
      ],
    },
  },
});

test("two interfaces have two MAC addresses, however they are written", () => {
  assert.deepEqual(saidOf(two({ macAddress: "02:00:00:00:00:AB" }, { macAddress: "0200.0000.00ab" })), [
    'spec.domain.devices.interfaces[1].macAddress: Cannot give interface "lan" the MAC address 0200.0000.00ab: ' +
      'interface "default" has it; write another, or none to be given one',
  ]);
  assert.deepEqual(saidOf(two({ macAddress: "02:00:00:00:00:01" }, { macAddress: "02:00:00:00:00:02" })), []);
});

test("two interfaces have two ACPI indexes, which are in range", () => {
  const at = "spec.domain.devices.interfaces";
  assert.deepEqual(saidOf(two({ acpiIndex: 7 }, { acpiIndex: 7 })), [
    `${at}[1].acpiIndex: Cannot give interface "lan" the ACPI index 7: interface "default" has it`,
  ]);
  assert.deepEqual(saidOf(two({ acpiIndex: 16_384 }, { acpiIndex: -1 })), [
    `${at}[0].acpiIndex: Cannot give interface "default" the ACPI index 16384: it is a number from 1 to 16383`,
    `${at}[1].acpiIndex: Cannot give interface "lan" the ACPI index -1: it is a number from 1 to 16383`,
  ]);
  assert.deepEqual(saidOf(two({ acpiIndex: 1 }, { acpiIndex: 16_383 })), []);
});

test("an interface's state is up or down", () => {
  assert.deepEqual(saidOf(nic({ state: "down" })), []);
  assert.match(saidOf(nic({ state: "gone" }))[0] ?? "", /logical default interface state value is unsupported: gone$/);
  assert.match(
    saidOf(nic({ state: "absent" }))[0] ?? "",
    /"default" interface's state "absent" is supported only for bridge binding$/,
  );
});

test("forwarded ports are ports", () => {
  const at = "spec.domain.devices.interfaces[0].ports";
  assert.deepEqual(
    saidOf(nic({ ports: [{ port: 0 }, { port: 70_000, protocol: "SCTP" }, { port: 80, name: "Web" }] })),
    [
      `${at}[0].port: Port field is mandatory.`,
      `${at}[1].port: Port field must be in range 0 < x < 65536.`,
      `${at}[1].protocol: Unknown protocol, only TCP or UDP allowed`,
      `${at}[2].name: Invalid name of the port: Web`,
    ],
  );
  assert.deepEqual(
    saidOf(
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
  assert.deepEqual(saidOf(nic({ dhcpOptions })), [
    `${at}.privateOptions: Found Duplicates: you have provided duplicate DHCPPrivateOptions`,
    `${at}.privateOptions[0].option: provided DHCPPrivateOptions are out of range, must be in range 224 to 254`,
    `${at}.privateOptions[1].option: provided DHCPPrivateOptions are out of range, must be in range 224 to 254`,
    `${at}.ntpServers[1]: NTP servers must be a list of valid IPv4 addresses.`,
  ]);
});

test("ranges of ports are few, apart, and instead of ports", () => {
  const at = "spec.domain.devices.interfaces[0].portRanges";
  const ranges = (portRanges: object[], fields: object = {}) => saidOf(nic({ portRanges, ...fields }));
  assert.deepEqual(ranges([{ start: 80, end: 90, protocol: "TCP" }]), []);
  assert.deepEqual(ranges([{ start: 90, end: 80, protocol: "SCTP" }]), [
    `${at}[0]: Ports 90 to 80 are no range: it begins at 1 or later, and ends at 65535 or before`,
    `${at}[0].protocol: Unknown protocol, only TCP or UDP allowed`,
  ]);
  const first = { start: 80, end: 90, protocol: "TCP" };
  assert.deepEqual(ranges([first, { start: 90, end: 91, protocol: "TCP" }, { start: 90, end: 91, protocol: "UDP" }]), [
    `${at}[1]: Ports 90 to 91 overlap with 80 to 90`,
  ]);
  assert.deepEqual(ranges([first], { ports: [{ port: 22 }] }), [
    `${at}: Port ranges cannot stand beside ports: write single ports as ranges`,
  ]);
  assert.deepEqual(ranges([first], { masquerade: undefined, bridge: {} }), [
    `${at}: Port ranges are forwarded by masquerade and passt only`,
  ]);
});

test("the guest's IPv6 network holds a guest", () => {
  const networks = (vmIPv6NetworkCIDR: string) =>
    saidOf({ networks: [{ name: "default", pod: { vmIPv6NetworkCIDR } }] }).join();
  assert.match(networks("10.0.2.0/24"), /^spec\.networks\[0\]\.pod\.vmIPv6NetworkCIDR: .*write an IPv6 network/);
  assert.match(networks("fd10:0:2::/127"), /write an IPv6 network/);
  assert.equal(networks("fd10:0:2::/120"), "");
});
