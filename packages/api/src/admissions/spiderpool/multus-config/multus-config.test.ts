import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../../kind.ts";
import { SpiderMultusConfig, type SpiderMultusConfigSpec } from "../../../kinds/spiderpool/spider-multus-config.ts";
import { admitAs } from "../../../testing/admit.ts";

type Spec = SpiderMultusConfigSpec;
type Annotations = { readonly [key: string]: string };

function config(spec: Spec, annotations?: Annotations, name = "net"): SpiderMultusConfig {
  return {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderMultusConfig",
    metadata: { name, namespace: "default", ...(annotations && { annotations }) },
    spec,
  };
}

const macvlan = (block: Partial<Spec["macvlan"]> = {}): Spec => ({
  cniType: "macvlan",
  macvlan: { master: ["ens192"], ...block },
});
const stored = (spec: Spec) => admitAs(SpiderMultusConfig, config(spec)).object.spec;
const said = (spec: Spec, annotations?: Annotations, ...known: readonly KubeObject[]) =>
  admitAs(SpiderMultusConfig, config(spec, annotations), { known }).said;

function saidOfChange(before: Annotations | undefined, after: Annotations | undefined) {
  const oldObject = config(macvlan(), before);
  return admitAs(SpiderMultusConfig, config(macvlan(), after), { oldObject, known: [oldObject] }).said;
}

test("a macvlan network gets all that its type and the coordinator have", () => {
  assert.deepEqual(stored(macvlan({ ippools: { ipv4: ["10-7-v4"] } })), {
    cniType: "macvlan",
    enableCoordinator: true,
    disableIPAM: false,
    chainCNIJsonData: [],
    macvlan: {
      master: ["ens192"],
      mtu: 0,
      vlanID: 0,
      rdmaResourceName: "",
      ippools: { ipv4: ["10-7-v4"], matchMasterSubnet: false },
    },
    coordinator: {
      mode: "auto",
      hijackCIDR: [],
      policyRoutes: [],
      vethLinkAddress: "",
      podMACPrefix: "",
      podDefaultRouteNIC: "",
      podRPFilter: 0,
      tunePodRoutes: true,
      hostRuleTable: 500,
      txQueueLen: 0,
    },
  });
});

test("a custom network has no coordinator", () => {
  assert.deepEqual(stored({ coordinator: { mode: "underlay" } }), {
    cniType: "custom",
    customCNI: "",
    enableCoordinator: false,
    disableIPAM: false,
    chainCNIJsonData: [],
  });
});

test("an OVS network without a VLAN is an access port of none", () => {
  assert.deepEqual(stored({ cniType: "ovs", ovs: { bridge: "br1" } })?.ovs, {
    bridge: "br1",
    vlan: 0,
    ippools: { ipv4: [], ipv6: [], matchMasterSubnet: false },
  });
});

test("a VLAN network has a number, except where the network gives it by itself", () => {
  const vlanOf = (vlanMode: "manual" | "auto") =>
    stored({ cniType: "vlan", vlan: { master: ["ens192"], vlanMode } })?.vlan?.vlanID;
  assert.deepEqual([vlanOf("manual"), vlanOf("auto")], [0, undefined]);
  assert.deepEqual(said({ cniType: "vlan", vlan: { master: ["ens192"], vlanMode: "auto", vlanID: 30 } }), [
    "spec.vlan: Invalid value: 30: vlanId must not be specified when vlanMode is auto",
  ]);
});

test("annotations that inject a network become labels, and need pools", () => {
  const key = "cni.spidernet.io/rdma-resource-inject";
  const spec = macvlan({ rdmaResourceName: "spidernet.io/shared", ippools: { ipv4: ["p"] } });
  const { object, said: problems } = admitAs(SpiderMultusConfig, config(spec, { [key]: "ai" }));
  assert.deepEqual([problems, object.metadata.labels], [[], { [key]: "ai" }]);
  assert.match(
    said(macvlan(), { [key]: "ai" })[0] ?? "",
    /rdmaResourceName can not empty for spidermultusconfig default\/net$/,
  );
  assert.match(
    said({ cniType: "ovs", ovs: { bridge: "b" } }, { [key]: "ai" })[0] ?? "",
    /^metadata\.annotations: Forbidden: /,
  );
});

test("the block of the type is there, and no other", () => {
  assert.deepEqual(said({ cniType: "macvlan" }), [
    "spec.macvlanConfig: Required value: no spec.macvlanConfig specified",
  ]);
  assert.deepEqual(said({ ...macvlan(), ovs: { bridge: "b" } }), [
    "spec.cniType: Forbidden: the cniType macvlan only supports spec.macvlanConfig, please remove other CNI configs",
  ]);
});

test("several masters need a bond with a name, and one there must be", () => {
  const last = (spec: Spec) => said(spec).map((problem) => problem.replace(/^.*}: /, ""));
  assert.deepEqual(last(macvlan({ master: [] })), ["master can't be empty"]);
  assert.deepEqual(last(macvlan({ master: ["a", "b"] })), ["the bond property is nil with multiple Interfaces"]);
  assert.deepEqual(last(macvlan({ master: ["a", "b"], bond: { name: "", mode: 1 } })), ["bond name can't be empty"]);
  assert.deepEqual(last(macvlan({ master: ["a", "b"], bond: { name: "bond0", mode: 1 } })), []);
});

test("pools of the master's subnet are a matter of SR-IOV", () => {
  assert.deepEqual(said(macvlan({ ippools: { matchMasterSubnet: true } })), [
    "spec.macvlanConfig: Invalid value: true: MatchMasterSubnet feature is not supported for macvlan",
  ]);
});

test("what a type cannot do without is asked for", () => {
  assert.deepEqual(said({ cniType: "sriov", sriov: { minTxRateMbps: 9, maxTxRateMbps: 3 } }), [
    "spec.sriovConfig: Required value: no spec.sriovConfig[resourceName] specified",
    "spec.sriovConfig: Invalid value: 9: minTxRateMbps must be less than maxTxRateMbps",
  ]);
  assert.deepEqual(said({ cniType: "ib-sriov", ibsriov: {} }), [
    "spec.ibsriovConfig: Required value: no spec.ibsriovConfig[resourceName] specified",
  ]);
  assert.deepEqual(said({ cniType: "ipoib", ipoib: {} }), [
    "spec.ipoibConfig: Required value: no spec.ipoibConfig[master] specified",
  ]);
});

test("ranges of a trunk have both of their ends, in order", () => {
  const trunk = (entry: object) =>
    said({ cniType: "ovs", ovs: { bridge: "b", trunk: [entry] } }).map((problem) => problem.replace(/^.*}: /, ""));
  assert.deepEqual(trunk({ minID: 10, maxID: 20 }), []);
  assert.deepEqual(trunk({ id: 7 }), []);
  assert.deepEqual(trunk({ minID: 20, maxID: 10 }), ["minID is greater than maxID in trunk parameter"]);
  assert.deepEqual(trunk({ maxID: 10 }), ["incorrect trunk maxID parameter"]);
});

test("configurations of one's own are JSON, chained ones plugins", () => {
  assert.deepEqual(said({ customCNI: "{" }), [
    "spec.customCniTypeConfig: Forbidden: customCniConfig isn't a valid JSON encoding",
  ]);
  assert.deepEqual(said({ ...macvlan(), chainCNIJsonData: ['{"type":"bandwidth"}', '{"rate":1}'] }), [
    "spec.chainCNIJsonData: Forbidden: invalid {\"rate\":1}: error parsing configuration: missing 'type'",
  ]);
});

test("the coordinator's settings of a network are checked too, and both ways to switch it off are known", () => {
  assert.deepEqual(said({ ...macvlan(), coordinator: { mode: "disabled" } }), []);
  assert.deepEqual(said({ ...macvlan(), coordinator: { mode: "disable" } }), []);
  assert.deepEqual(said({ ...macvlan(), coordinator: { podMACPrefix: "0b:1a" } }), [
    'spec.podMACPrefix: Invalid value: "0b:1a": not a unicast MAC: the lowest bit of the first byte must be 0',
  ]);
});

test("a network's other name is a name, stays, and is no other network's", () => {
  const key = "multus.spidernet.io/cr-name";
  assert.match(
    said(macvlan(), { [key]: "No_name" })[0] ?? "",
    /invalid custom net-attach-def resource name, err: \[a lower/,
  );
  assert.match(
    saidOfChange({ [key]: "a" }, { [key]: "b" })[0] ?? "",
    /it's unsupported to change customized Multus net-attach-def resource name from 'a' to 'b'$/,
  );
  assert.match(
    saidOfChange(undefined, { [key]: "b" })[0] ?? "",
    /it's unsupported to changed Multus net-attach-def 'net' to customized name 'b'$/,
  );
  const other = config(macvlan(), { [key]: "taken" }, "other");
  assert.match(
    said(macvlan(), { [key]: "taken" }, other)[0] ?? "",
    /the net-attach-def default\/taken already exists and is managed by SpiderMultusConfig default\/other\.$/,
  );
  assert.match(said(macvlan(), undefined, config(macvlan(), { [key]: "net" }, "other"))[0] ?? "", /is managed by/);
});

test("an unowned NetworkAttachmentDefinition of the name is taken over, another network's is not", () => {
  const nad = (name?: string) => ({
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: {
      name: "net",
      namespace: "default",
      ...(name && {
        ownerReferences: [
          {
            apiVersion: "spiderpool.spidernet.io/v2beta1",
            kind: "SpiderMultusConfig",
            name,
            uid: "u",
            controller: true,
          },
        ],
      }),
    },
  });
  assert.deepEqual(said(macvlan(), undefined, nad()), []);
  assert.deepEqual(said(macvlan(), undefined, nad("net")), []);
  assert.match(said(macvlan(), undefined, nad("gone"))[0] ?? "", /managed by SpiderMultusConfig default\/gone\.$/);
});

test("the CNI version is one that plugins speak", () => {
  const key = "multus.spidernet.io/cni-version";
  assert.deepEqual(said(macvlan(), { [key]: "1.0.0" }), []);
  assert.match(said(macvlan(), { [key]: "2.0.0" })[0] ?? "", /unsupported CNI version 2\.0\.0$/);
});
