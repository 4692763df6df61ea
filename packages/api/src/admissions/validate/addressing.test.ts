import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualMachine } from "../../kinds/kubevirt/virtual-machine.ts";
import { admitAs, virtualMachine } from "../../testing/index.ts";

/** What is said of the annotations of a machine with two interfaces, the second in the default network. */
function said(annotations: { readonly [key: string]: string }, second: object = {}) {
  const vm = virtualMachine({
    networks: [
      { name: "lan", multus: { networkName: "lan" } },
      { name: "default", multus: { networkName: "wan", default: true } },
    ],
    domain: {
      devices: {
        interfaces: [
          { name: "lan", bridge: {} },
          { name: "default", bridge: {}, ...second },
        ],
      },
    },
  });
  const template = { ...vm.spec.template, metadata: { annotations } };
  return admitAs(VirtualMachine, { ...vm, spec: { ...vm.spec, template } }).said;
}

const pools = (...items: object[]) => ({ "ipam.spidernet.io/ippools": JSON.stringify(items) });
const addresses = (...items: object[]) => ({ "ipam.peapod.io/addresses": JSON.stringify(items) });

test("pools and addresses of the machine's interfaces are fine, by whichever of their names, or in their order", () => {
  assert.deepEqual(said(pools({ interface: "eth0", ipv4: ["a"] }, { interface: "net1", ipv4: ["b"] })), []);
  assert.deepEqual(said(pools({ ipv4: ["a"] }, { ipv4: ["b"] })), []);
  assert.deepEqual(said(pools({ interface: "podb1f51a511f1", ipv4: ["a"] })), []);
  assert.deepEqual(said(pools({ interface: "eth0", ipv4: ["a"] })), []);
  assert.deepEqual(
    said({ ...pools({ interface: "up0", ipv4: ["a"] }), "k8s.v1.cni.cncf.io/networks": "more@up0" }),
    [],
  );
});

test("interfaces that the machine does not have are named", () => {
  assert.deepEqual(said(pools({ interface: "eth1", ipv4: ["a"] })), [
    "spec.template.metadata.annotations[ipam.spidernet.io/ippools]: the machine's pod has no interface eth1; it has eth0, net1",
  ]);
  assert.deepEqual(said(addresses({ interface: "net2", ipv4: "10.7.0.5" })), [
    "spec.template.metadata.annotations[ipam.peapod.io/addresses]: the machine's pod has no interface net2; it has eth0, net1",
  ]);
  assert.deepEqual(said({ "ipam.spidernet.io/default-route-nic": "net1" }), []);
  assert.deepEqual(said({ "ipam.spidernet.io/default-route-nic": "ens3" }), [
    "spec.template.metadata.annotations[ipam.spidernet.io/default-route-nic]: the machine's pod has no interface ens3; it has eth0, net1",
  ]);
  assert.deepEqual(said(pools({ ipv4: ["a"] }, { ipv4: ["b"] }, { ipv4: ["c"] })), [
    "spec.template.metadata.annotations[ipam.spidernet.io/ippools]: 3 interfaces are spoken of, and the machine's pod has 2: eth0, net1",
  ]);
});

test("a bridged interface has one MAC address: the default network's is eth0, wherever it stands in the spec", () => {
  const mac = { macAddress: "02-00-00-00-00-05" };
  assert.deepEqual(said(addresses({ interface: "eth0", mac: "02:00:00:00:00:05" }), mac), []);
  assert.deepEqual(said(addresses({ interface: "net1", mac: "02:00:00:00:00:06" }), mac), []);
  assert.deepEqual(said(addresses({ interface: "eth0", mac: "02:00:00:00:00:06" }), mac), [
    "spec.template.metadata.annotations: interface default cannot have the MAC address 02:00:00:00:00:06 of the annotation and 02-00-00-00-00-05 of the spec",
  ]);
});
