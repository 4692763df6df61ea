import assert from "node:assert/strict";
import test from "node:test";
import { planPodNetworks } from "./plan.ts";

test("planPodNetworks() gives every pod eth0 in the default network", () => {
  assert.deepEqual(plan({}), [
    {
      ifName: "eth0",
      nad: { namespace: "kube-system", name: "k8s-pod-network" },
      isDefault: true,
      mac: undefined,
      ips: [],
    },
  ]);
});

test("planPodNetworks() takes another default network by name or namespace/name", () => {
  const nads = ["macvlan-ens192", "kube-system/macvlan-ens192", ' [{"name":"macvlan-ens192"}] '].map(
    (text) => plan({ "v1.multus-cni.io/default-network": text })[0]?.nad,
  );
  assert.deepEqual(nads, Array(3).fill({ namespace: "kube-system", name: "macvlan-ens192" }));
});

test("planPodNetworks() reads the short list: namespace of the pod, interface after @, else by position", () => {
  assert.deepEqual(
    plan({ "k8s.v1.cni.cncf.io/networks": "lan, other/wan@up0 ,lan" }).map(
      ({ ifName, nad }) => `${ifName} ${nad.namespace}/${nad.name}`,
    ),
    ["eth0 kube-system/k8s-pod-network", "net1 default/lan", "up0 other/wan", "net3 default/lan"],
  );
});

test("planPodNetworks() reads the JSON list with MAC and addresses", () => {
  const text = JSON.stringify([
    { name: "lan", namespace: "n", interface: "pod37a8eec1ce1", mac: "02:AA:00:00:00:01", ips: ["10.1.0.5/24"] },
  ]);
  assert.deepEqual(plan({ "k8s.v1.cni.cncf.io/networks": text })[1], {
    ifName: "pod37a8eec1ce1",
    nad: { namespace: "n", name: "lan" },
    isDefault: false,
    mac: "02:aa:00:00:00:01",
    ips: ["10.1.0.5/24"],
  });
});

test("planPodNetworks() reads all that Multus' JSON knows", () => {
  const text = JSON.stringify([
    {
      name: "lan",
      interfaceRequest: "up0",
      portMappings: [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }],
      bandwidth: { ingressRate: 1000, ingressBurst: 100 },
      "infiniband-guid": "24:8a:07:03:00:8d:ae:2e",
      deviceID: "0000:03:02.0",
      "cni-args": { mac: "02:00:00:00:00:05" },
      "default-route": ["10.1.0.1", "fd00::1"],
    },
  ]);
  assert.deepEqual(plan({ "k8s.v1.cni.cncf.io/networks": text })[1], {
    ifName: "up0",
    nad: { namespace: "default", name: "lan" },
    isDefault: false,
    mac: undefined,
    ips: [],
    portMappings: [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }],
    bandwidth: { ingressRate: 1000, ingressBurst: 100 },
    infinibandGuid: "24:8a:07:03:00:8d:ae:2e",
    deviceId: "0000:03:02.0",
    cniArgs: { mac: "02:00:00:00:00:05" },
    defaultRoute: ["10.1.0.1", "fd00::1"],
  });
});

test("planPodNetworks() names the annotation and what is wrong with it", () => {
  const networks = (text: string) => () => plan({ "k8s.v1.cni.cncf.io/networks": text });
  assert.throws(networks("[{"), {
    path: "metadata.annotations[k8s.v1.cni.cncf.io/networks]",
    message: /it is not JSON/,
  });
  assert.throws(networks('{"name":"a"}'), /it is not a list/);
  assert.throws(networks("Not_a_name"), /"Not_a_name" is no name of a network/);
  assert.throws(networks("a@name-longer-than-15"), /is no name of an interface/);
  assert.throws(networks('[{"name":"a","mac":"x"}]'), /"x" is no MAC address/);
  assert.throws(networks('[{"name":"a","ips":["x"]}]'), /"x" is no address/);
  assert.throws(networks("a@"), /is no name of an interface/);
  assert.throws(networks('[{"name":"a","bandwidth":{"ingressRate":1}}]'), /both of a rate and its burst/);
  assert.throws(networks('[{"name":"a","portMappings":[{"hostPort":0}]}]'), /no list of port mappings/);
  assert.throws(networks('[{"name":"a","default-route":["x"]}]'), /"x" is no gateway/);
  const both = '[{"name":"a","default-route":["10.0.0.1"]},{"name":"b","default-route":["10.1.0.1"]}]';
  assert.throws(networks(both), /more than one network has a default-route/);
  assert.throws(networks("a@eth0"), /interface "eth0" is there twice/);
  assert.throws(() => plan({ "v1.multus-cni.io/default-network": "a,b" }), /exactly one network/);
});

function plan(annotations: Readonly<Record<string, string>>) {
  return planPodNetworks({ namespace: "default", annotations });
}
