import assert from "node:assert/strict";
import { test } from "node:test";
import { podInterfaceName } from "../../identity/pod-interface-name.ts";
import { instance } from "../../testing/index.ts";
import { type LauncherConfig, launcherConfig } from "./config.ts";
import { usualPullPolicy } from "./images.ts";
import { launcherPodName, renderLauncherPod } from "./index.ts";

const config: LauncherConfig = {
  launcherImage: "peapod-launcher:v0",
  imagePullPolicy: "IfNotPresent",
  emulated: true,
  cpuAllocationRatio: 10,
  memoryOvercommit: 100,
  nodeSelectors: {},
};
const cirros = instance({
  metadata: {
    name: "vm-cirros",
    labels: { "kubevirt.io/vm": "vm-cirros" },
    annotations: {
      "v1.multus-cni.io/default-network": "kube-system/k8s-pod-network",
      "kubevirt.io/vm-generation": "3",
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
    },
  },
  spec: {
    architecture: "amd64",
    domain: {
      devices: {
        disks: [{ name: "containerdisk", disk: { bus: "virtio" } }],
        interfaces: [{ name: "default", masquerade: {} }],
      },
      resources: { requests: { memory: "128M" } },
    },
    networks: [{ name: "default", pod: {} }],
    volumes: [
      {
        name: "containerdisk",
        containerDisk: { image: "quay.io/kubevirt/cirros-container-disk-demo", imagePullSecret: "pull" },
      },
    ],
  },
});

test("renderLauncherPod() renders a whole pod", () => {
  const overhead = (32 + 1 + 20 + 2 + 32) * 1024 * 1024 + (123 * 1024 * 1024) / 512;
  assert.deepEqual(renderLauncherPod(cirros, { config, nads: [] }), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: launcherPodName(cirros),
      namespace: "default",
      labels: {
        "kubevirt.io/vm": "vm-cirros",
        "kubevirt.io": "virt-launcher",
        "kubevirt.io/created-by": cirros.metadata.uid,
        "vm.kubevirt.io/name": "vm-cirros",
        "vmi.kubevirt.io/id": "vm-cirros",
      },
      annotations: {
        "v1.multus-cni.io/default-network": "kube-system/k8s-pod-network",
        "kubevirt.io/domain": "vm-cirros",
        "kubevirt.io/migrationTransportUnix": "true",
        "kubectl.kubernetes.io/default-container": "compute",
        "kubectl.kubernetes.io/default-logs-container": "compute",
        "kubevirt.io/memory-overhead-bytes": String(overhead),
      },
      ownerReferences: [
        {
          apiVersion: "kubevirt.io/v1",
          kind: "VirtualMachineInstance",
          name: "vm-cirros",
          uid: cirros.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 60,
      hostname: "vm-cirros",
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 107,
        runAsGroup: 107,
        fsGroup: 107,
        seccompProfile: { type: "RuntimeDefault" },
      },
      readinessGates: [{ conditionType: "kubevirt.io/virtual-machine-unpaused" }],
      nodeSelector: { "kubernetes.io/arch": "amd64", "kubevirt.io/schedulable": "true" },
      imagePullSecrets: [{ name: "pull" }],
      containers: [
        {
          name: "compute",
          image: "peapod-launcher:v0",
          imagePullPolicy: "IfNotPresent",
          command: ["/usr/bin/peapod-launcher"],
          resources: { requests: { memory: `${(128_000_000 + overhead) / 1024}Ki`, cpu: "100m" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
          },
        },
        {
          name: "volumecontainerdisk",
          image: "quay.io/kubevirt/cirros-container-disk-demo",
          imagePullPolicy: "Always",
          securityContext: {
            allowPrivilegeEscalation: false,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    },
  });
});

test("renderLauncherPod() passes on where the guest may run", () => {
  const placed = instance({
    spec: {
      nodeSelector: { disk: "fast" },
      tolerations: [{ key: "gpu", operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      priorityClassName: "high",
      schedulerName: "mine",
      terminationGracePeriodSeconds: 0,
    },
  });
  const { spec } = renderLauncherPod(placed, { config, nads: [] });
  assert.equal(spec?.nodeSelector?.["disk"], "fast");
  assert.deepEqual(spec?.tolerations, [{ key: "gpu", operator: "Exists" }]);
  assert.deepEqual(spec?.affinity, { nodeAffinity: {} });
  assert.equal(spec?.priorityClassName, "high");
  assert.equal(spec?.schedulerName, "mine");
  assert.equal(spec?.terminationGracePeriodSeconds, 30);
});

test("renderLauncherPod() limits only what the manifest limits, overhead on top", () => {
  const limited = instance({
    spec: {
      domain: {
        devices: {},
        resources: { requests: { memory: "1Gi", cpu: "1" }, limits: { memory: "1Gi", cpu: "2" } },
      },
    },
  });
  const { requests, limits } = renderLauncherPod(limited, { config, nads: [] }).spec?.containers[0]?.resources ?? {};
  assert.equal(requests?.["cpu"], "1");
  assert.equal(limits?.["cpu"], "2");
  assert.equal(limits?.["memory"], requests?.["memory"]);
  assert.equal(limits?.["memory"], `${1024 + 32 + 2 + 20 + 128 + 2}Mi`);
});

test("renderLauncherPod() asks for a smaller share where memory is overcommitted", () => {
  const half = { ...config, emulated: false, memoryOvercommit: 200, cpuAllocationRatio: 1 };
  const guest = instance({ spec: { domain: { devices: {}, memory: { guest: "1Gi" }, cpu: { cores: 2 } } } });
  const { requests } = renderLauncherPod(guest, { config: half, nads: [] }).spec?.containers[0]?.resources ?? {};
  assert.equal(requests?.["memory"], `${512 + 32 + 2 + 20 + 2}Mi`);
  assert.equal(requests?.["cpu"], "2000m");
});

test("renderLauncherPod() tells Multus the primary and the secondary networks, and asks for their devices", () => {
  const wired = instance({
    spec: {
      domain: {
        devices: {
          interfaces: [
            { name: "main", bridge: {} },
            { name: "red", bridge: {}, macAddress: "0200.0000.000A" },
            { name: "tap", macvtap: {} },
          ],
        },
      },
      networks: [
        { name: "main", multus: { networkName: "kube-system/ovs-vlan30", default: true } },
        { name: "red", multus: { networkName: "red-net" } },
        { name: "tap", multus: { networkName: "tap-net" } },
      ],
    },
  });
  const nad = {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: {
      name: "red-net",
      namespace: "default",
      annotations: { "k8s.v1.cni.cncf.io/resourceName": "intel.com/sriov" },
    },
  };
  const pod = renderLauncherPod(wired, { config, nads: [nad] });
  assert.equal(pod.metadata.annotations?.["v1.multus-cni.io/default-network"], "kube-system/ovs-vlan30");
  assert.deepEqual(JSON.parse(pod.metadata.annotations?.["k8s.v1.cni.cncf.io/networks"] ?? ""), [
    { namespace: "default", name: "red-net", interface: "podb1f51a511f1", mac: "02:00:00:00:00:0a" },
    { namespace: "default", name: "tap-net", interface: podInterfaceName("tap") },
  ]);
  assert.equal(pod.metadata.annotations?.["network.peapod.io/bridged-interfaces"], "eth0,podb1f51a511f1");
  assert.equal(pod.metadata.annotations?.["network.peapod.io/macvtap-interfaces"], podInterfaceName("tap"));
  assert.equal(pod.spec?.containers[0]?.resources?.requests?.["intel.com/sriov"], "1");
  assert.equal(pod.spec?.containers[0]?.resources?.limits?.["intel.com/sriov"], "1");
});

test("launcherPodName() is the same each time it is asked for, and fits a host name", () => {
  assert.equal(launcherPodName(cirros), launcherPodName(cirros));
  assert.notEqual(launcherPodName(cirros), launcherPodName({ metadata: { ...cirros.metadata, uid: "other" } }));
  assert.equal(launcherPodName({ metadata: { name: "a".repeat(200), uid: "1" } }).length, 63);
});

test("usualPullPolicy() asks again for tags that move", () => {
  assert.equal(usualPullPolicy("quay.io/a/b"), "Always");
  assert.equal(usualPullPolicy("localhost:5000/a/b"), "Always");
  assert.equal(usualPullPolicy("a:latest"), "Always");
  assert.equal(usualPullPolicy("localhost:5000/a/b:v1"), "IfNotPresent");
  assert.equal(usualPullPolicy("a@sha256:00"), "IfNotPresent");
});

test("launcherConfig() takes emulation from the KubeVirt object or from a node that says so", () => {
  assert.equal(launcherConfig(undefined, [], "i").emulated, false);
  assert.equal(launcherConfig(undefined, [], "i").cpuAllocationRatio, 10);
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1", labels: { "node.peapod.io/acceleration": "tcg" } },
  };
  assert.equal(launcherConfig(undefined, [node], "i").emulated, true);
  const kubevirt = {
    apiVersion: "kubevirt.io/v1",
    kind: "KubeVirt",
    metadata: {},
    spec: { configuration: { developerConfiguration: { useEmulation: true, memoryOvercommit: 150 } } },
  };
  assert.deepEqual(launcherConfig(kubevirt, [], "i"), { ...config, launcherImage: "i", memoryOvercommit: 150 });
});
