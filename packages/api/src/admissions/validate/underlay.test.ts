import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualMachine } from "../../kinds/kubevirt/virtual-machine.ts";
import { VirtualMachineInstance } from "../../kinds/kubevirt/virtual-machine-instance.ts";
import { admitAs, virtualMachine, virtualMachineInstance } from "../../testing/index.ts";

const nad = (config: object, namespace = "kube-system", name = "macvlan-ens192") => ({
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: { namespace, name },
  spec: { config: JSON.stringify(config) },
});
const chain = (main: object) => ({ cniVersion: "0.3.1", plugins: [{ type: "ifacer" }, main, { type: "coordinator" }] });
const annotations = { "v1.multus-cni.io/default-network": "kube-system/macvlan-ens192" };
const macvlan = chain({ type: "macvlan", master: "ens192", mode: "bridge" });

function said(nic: object, network: object, ...known: readonly ReturnType<typeof nad>[]) {
  const vm = virtualMachine({
    networks: [{ name: "default", ...network }],
    domain: { devices: { interfaces: [{ name: "default", ...nic }] } },
  });
  const template = { ...vm.spec.template, metadata: { annotations } };
  return admitAs(VirtualMachine, { ...vm, spec: { ...vm.spec, template } }, { known }).said;
}

const sentence = (what: string) =>
  `spec.template.spec.domain.devices.interfaces[0].bridge: Cannot bind interface "default" by a bridge: its network is ${what}, which lets no other MAC address through than the pod's own; use passt or macvtap, or a network of another kind`;

test("a bridge over macvlan or ipvlan is refused where the network is known", () => {
  assert.deepEqual(said({ bridge: {} }, { pod: {} }, nad(macvlan)), [sentence("macvlan in mode bridge")]);
  assert.deepEqual(said({ bridge: {} }, { pod: {} }, nad(chain({ type: "macvlan" }))), [
    sentence("macvlan in mode bridge"),
  ]);
  const lan = { multus: { networkName: "lan" } };
  assert.deepEqual(said({ bridge: {} }, lan, nad({ type: "ipvlan", master: "ens192" }, "default", "lan")), [
    sentence("ipvlan"),
  ]);
});

test("a bridge over anything else, over macvlan in mode passthru, or over what is not known yet is taken", () => {
  assert.deepEqual(said({ bridge: {} }, { pod: {} }, nad(chain({ type: "ovs", bridge: "br1" }))), []);
  assert.deepEqual(said({ bridge: {} }, { pod: {} }, nad(chain({ type: "macvlan", mode: "passthru" }))), []);
  assert.deepEqual(said({ bridge: {} }, { pod: {} }), []);
});

test("other bindings over macvlan are no matter of this", () => {
  assert.deepEqual(said({ masquerade: {} }, { pod: {} }, nad(macvlan)), []);
});

test("an instance is refused as its machine is, and both for annotations that cannot be read", () => {
  const devices = { interfaces: [{ name: "default", bridge: {} }] };
  const vmi = virtualMachineInstance({ domain: { devices } }, { metadata: { annotations } });
  assert.match(admitAs(VirtualMachineInstance, vmi, { known: [nad(macvlan)] }).said[0] ?? "", /its network is macvlan/);
  const unreadable = { ...vmi, metadata: { ...vmi.metadata, annotations: { "ipam.spidernet.io/ippools": "[]" } } };
  assert.deepEqual(admitAs(VirtualMachineInstance, unreadable).said, [
    "metadata.annotations[ipam.spidernet.io/ippools]: wrong input, invalid format of Pod annotation 'ipam.spidernet.io/ippools': value requires at least one item",
  ]);
});
