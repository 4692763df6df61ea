import type { Condition, Node } from "@peapod/api";
import { setCondition, timestampOf } from "@peapod/machinery";

/** What this machine is, read once when the agent starts and again every few minutes. */
export interface MachineFacts {
  readonly nodeName: string;
  readonly hostname: string;
  readonly addresses: readonly string[];
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly memoryFreeBytes: number;
  readonly diskBytes: number;
  readonly diskFreeBytes: number;
  /** `amd64`, `arm64` */
  readonly architecture: string;
  readonly bootId: string;
  readonly machineId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly qemuVersion: string;
  readonly peapodVersion: string;
  /** Port of the agent's TLS endpoints. */
  readonly agentPort: number;
  readonly podCidr: string;
  readonly acceleration: { readonly mode: "kvm" | "tcg"; readonly because: string };
}

/** Guests beside one another on one machine; a limit that people meet is better than one that the kernel enforces. */
const maxPods = 250;
/** Kept for the host itself. */
const reservedBytes = 256 * 2 ** 20;
const diskPressureShare = 0.05;

/** The Node object as it should be, on top of what others have put there (labels, taints, cordons stay). */
export function renderNode(machine: MachineFacts, before: Node | undefined, now: Date): Node {
  const capacity = {
    cpu: String(machine.cpus),
    memory: `${Math.floor(machine.memoryBytes / 1024)}Ki`,
    "ephemeral-storage": `${Math.floor(machine.diskBytes / 1024)}Ki`,
    pods: String(maxPods),
  };
  const allocatableBytes = Math.max(0, machine.memoryBytes - reservedBytes);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      ...before?.metadata,
      name: machine.nodeName,
      labels: { ...before?.metadata.labels, ...renderLabels(machine) },
      annotations: { ...before?.metadata.annotations, "kubevirt.io/heartbeat": timestampOf(now) },
    },
    spec: { ...before?.spec, podCIDR: machine.podCidr, podCIDRs: [machine.podCidr], taints: withoutNotReady(before) },
    status: {
      ...before?.status,
      capacity,
      allocatable: { ...capacity, memory: `${Math.floor(allocatableBytes / 1024)}Ki` },
      conditions: renderConditions(machine, before, now),
      addresses: [
        ...machine.addresses.map((address) => ({ type: "InternalIP" as const, address })),
        { type: "Hostname" as const, address: machine.hostname },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: machine.agentPort } },
      nodeInfo: {
        machineID: machine.machineId,
        systemUUID: machine.machineId,
        bootID: machine.bootId,
        kernelVersion: machine.kernelVersion,
        osImage: machine.osImage,
        containerRuntimeVersion: `qemu://${machine.qemuVersion}`,
        kubeletVersion: machine.peapodVersion,
        kubeProxyVersion: "",
        operatingSystem: "linux",
        architecture: machine.architecture,
      },
    },
  };
}

function renderLabels(machine: MachineFacts): Readonly<Record<string, string>> {
  return {
    "kubernetes.io/arch": machine.architecture,
    "kubernetes.io/os": "linux",
    "kubernetes.io/hostname": machine.nodeName,
    "kubevirt.io/schedulable": "true",
    "node.peapod.io/acceleration": machine.acceleration.mode,
  };
}

function renderConditions(machine: MachineFacts, before: Node | undefined, now: Date) {
  const isDiskLow = machine.diskFreeBytes < machine.diskBytes * diskPressureShare;
  const isMemoryLow = machine.memoryFreeBytes < 100 * 2 ** 20;
  const hasKvm = machine.acceleration.mode === "kvm";
  const wanted = [
    { type: "MemoryPressure", is: isMemoryLow, no: "KubeletHasSufficientMemory", yes: "KubeletHasInsufficientMemory" },
    { type: "DiskPressure", is: isDiskLow, no: "KubeletHasNoDiskPressure", yes: "KubeletHasDiskPressure" },
    { type: "PIDPressure", is: false, no: "KubeletHasSufficientPID", yes: "KubeletHasInsufficientPID" },
    { type: "HardwareVirtualization", is: hasKvm, no: "Emulation", yes: "KVM", message: machine.acceleration.because },
    {
      type: "Ready",
      is: true,
      no: "",
      yes: "KubeletReady",
      message: "the node agent of Peapod is posting ready status",
    },
  ];
  const own = new Set(wanted.map(({ type }) => type));
  const conditions = wanted.reduce<readonly Condition[]>(
    (list, { type, is, yes, no, message = is ? yes : no }) =>
      setCondition(list, { type, status: is ? "True" : "False", reason: is ? yes : no, message }, now),
    before?.status?.conditions ?? [],
  );
  const lastHeartbeatTime = timestampOf(now);
  return conditions.map((condition) => (own.has(condition.type) ? { ...condition, lastHeartbeatTime } : condition));
}

/** Set by the control plane while we were silent; we are here again. */
function withoutNotReady(before: Node | undefined) {
  return (before?.spec?.taints ?? []).filter(
    ({ key }) => key !== "node.kubernetes.io/not-ready" && key !== "node.kubernetes.io/unreachable",
  );
}
