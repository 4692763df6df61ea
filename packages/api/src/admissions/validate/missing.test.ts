import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../kind.ts";
import { VirtualMachine } from "../../kinds/kubevirt/virtual-machine.ts";
import { admitAs, virtualMachine } from "../../testing/index.ts";

function warnings(annotations: { readonly [key: string]: string }, ...known: readonly KubeObject[]) {
  const vm = virtualMachine({
    networks: [
      { name: "default", pod: {} },
      { name: "lan", multus: { networkName: "lan" } },
    ],
    domain: {
      devices: {
        interfaces: [
          { name: "default", masquerade: {} },
          { name: "lan", bridge: {} },
        ],
      },
    },
  });
  const template = { ...vm.spec.template, metadata: { annotations } };
  return admitAs(VirtualMachine, { ...vm, spec: { ...vm.spec, template } }, { known }).warnings;
}

const lan = {
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: { name: "lan", namespace: "default" },
};
const missing = (network: string, nad: string) =>
  `network "${network}": there is no NetworkAttachmentDefinition "${nad}" yet, and the machine waits for it`;

test("a machine is admitted before its networks and pools, and told what it waits for", () => {
  const first = { "v1.multus-cni.io/default-network": "macvlan-ens192" };
  assert.deepEqual(warnings(first), [missing("default", "kube-system/macvlan-ens192"), missing("lan", "default/lan")]);
  const pools = { "ipam.spidernet.io/ippools": '[{"ipv4":["here","gone","any-*"]},{"ipv4":["gone"]}]' };
  const here = { apiVersion: "spiderpool.spidernet.io/v2beta1", kind: "SpiderIPPool", metadata: { name: "here" } };
  assert.deepEqual(warnings(pools, lan, here), ['there is no SpiderIPPool "gone" yet, and the machine waits for it']);
});

test("a network whose definition is about to be made is there", () => {
  const config = {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderMultusConfig",
    metadata: { name: "of-ens192", namespace: "default", annotations: { "multus.spidernet.io/cr-name": "lan" } },
  };
  assert.deepEqual(warnings({}, config), []);
  assert.deepEqual(warnings({}, lan), []);
});
