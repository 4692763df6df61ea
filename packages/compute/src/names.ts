/** Keys that upstream's programs and people's manifests match on. */
export const labels = {
  app: "kubevirt.io",
  createdBy: "kubevirt.io/created-by",
  nodeName: "kubevirt.io/nodeName",
  schedulable: "kubevirt.io/schedulable",
  /** Deprecated upstream, still what Services of old manifests select. */
  vmName: "vm.kubevirt.io/name",
  vmiId: "vmi.kubevirt.io/id",
  /** On a node: `kvm` or `tcg`, what its guests run on. */
  acceleration: "node.peapod.io/acceleration",
} as const;

export const annotations = {
  domain: "kubevirt.io/domain",
  heartbeat: "kubevirt.io/heartbeat",
  memoryOverheadBytes: "kubevirt.io/memory-overhead-bytes",
  migrationTransportUnix: "kubevirt.io/migrationTransportUnix",
  vmGeneration: "kubevirt.io/vm-generation",
  latestObservedApiVersion: "kubevirt.io/latest-observed-api-version",
  storageObservedApiVersion: "kubevirt.io/storage-observed-api-version",
  freePageReportingDisabled: "kubevirt.io/free-page-reporting-disabled",
  defaultContainer: "kubectl.kubernetes.io/default-container",
  /** What kubectl up to 1.20, Debian's for one, asks instead; upstream's pods do without. */
  defaultLogsContainer: "kubectl.kubernetes.io/default-logs-container",
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
  networks: "k8s.v1.cni.cncf.io/networks",
  defaultNetwork: "v1.multus-cni.io/default-network",
} as const;

export const finalizers = {
  /** On a VM and on the VMI it made: neither leaves before the VM controller has seen how it ended. */
  virtualMachine: "kubevirt.io/virtualMachineControllerFinalize",
  /** On a VMI: it stays until its pods are gone. */
  instance: "kubevirt.io/foregroundDeleteVirtualMachine",
} as const;

/** The launcher pod's readiness gate: False while the guest is paused. */
export const unpausedGate = "kubevirt.io/virtual-machine-unpaused";

export const launcherApp = "virt-launcher";
/** The launcher pod's container that stands for QEMU. */
export const computeContainer = "compute";

/** Where Peapod's own objects live; upstream's namespace, for the programs that look for the KubeVirt object there. */
export const kubevirtKey = { namespace: "kubevirt", name: "kubevirt" } as const;
