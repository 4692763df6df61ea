/** Who writes a part of an object's status (or the metadata that serves as status), and until when or from when. */
export interface StatusWriter {
  readonly kind: "VirtualMachine" | "VirtualMachineInstance" | "Pod" | "Node" | "KubeVirt";
  /** `status.phase`, `status.conditions[Ready]`, `metadata.labels[kubevirt.io/nodeName]` */
  readonly path: string;
  readonly writer: Writer;
  /** Where two share a field, what keeps them apart. Empty: this one always. */
  readonly when: string;
}

/** A controller of ours by its name, or another part of the house. */
export type Writer =
  | "virtual-machine"
  | "virtual-machine-instance"
  | "node-health"
  | "kubevirt"
  | "admission"
  | "guests"
  | "pods"
  | "registration"
  | "scheduler"
  | "node-lifecycle"
  | "pod-garbage"
  | "gateway";

const upToScheduled = "until Scheduled, and when the pod is gone or has ended";
const afterScheduled = "from Scheduled on";

/**
 * One writer for every field, so that no two undo each other's work. `docs/status-writers.md` is made from this, and a test holds
 * the planners to it.
 */
export const statusWriters: readonly StatusWriter[] = [
  ...of("VirtualMachine", "virtual-machine", [
    "status.created",
    "status.ready",
    "status.printableStatus",
    "status.runStrategy",
    "status.observedGeneration",
    "status.desiredGeneration",
    "status.startFailure",
    "status.conditions[Ready]",
    "status.conditions[Failure]",
    "status.conditions[RestartRequired]",
    "status.conditions[*]",
    "metadata.finalizers",
  ]),
  one("VirtualMachine", "status.stateChangeRequests", "gateway", "adds what a person asked for, at the end"),
  one(
    "VirtualMachine",
    "status.stateChangeRequests",
    "virtual-machine",
    "takes away what is done, and queues the rerun of a failed guest; only onto the version it read",
  ),
  one("VirtualMachineInstance", "status.phase", "admission", "Pending, in the create itself"),
  one("VirtualMachineInstance", "status.phase", "virtual-machine-instance", upToScheduled),
  one("VirtualMachineInstance", "status.phase", "guests", "Running, Succeeded, Failed"),
  one(
    "VirtualMachineInstance",
    "status.phase",
    "node-health",
    "Failed, where the node fell silent and the pod is gone",
  ),
  one("VirtualMachineInstance", "status.phaseTransitionTimestamps", "admission", "with the phase"),
  one("VirtualMachineInstance", "status.phaseTransitionTimestamps", "virtual-machine-instance", "with the phase"),
  one("VirtualMachineInstance", "status.phaseTransitionTimestamps", "guests", "with the phase"),
  one("VirtualMachineInstance", "status.phaseTransitionTimestamps", "node-health", "with the phase"),
  one("VirtualMachineInstance", "status.reason", "node-health", "NodeUnresponsive"),
  one("VirtualMachineInstance", "status.reason", "guests", "why a guest failed"),
  one("VirtualMachineInstance", "status.virtualMachineRevisionName", "virtual-machine", "in the create itself"),
  ...of("VirtualMachineInstance", "virtual-machine-instance", [
    "status.conditions[Ready]",
    "status.conditions[PodScheduled]",
    "status.activePods",
    "status.nodeName",
    "status.qosClass",
    "status.runtimeUser",
    "status.launcherContainerImageVersion",
    "metadata.labels[kubevirt.io/nodeName]",
  ]),
  one("VirtualMachineInstance", "status.conditions[Synchronized]", "virtual-machine-instance", "until Scheduled"),
  one("VirtualMachineInstance", "status.conditions[Synchronized]", "guests", afterScheduled),
  one("VirtualMachineInstance", "metadata.finalizers", "virtual-machine", "its own"),
  one(
    "VirtualMachineInstance",
    "metadata.finalizers",
    "virtual-machine-instance",
    "that of the pod; any, without a VM",
  ),
  ...of("VirtualMachineInstance", "guests", [
    "status.conditions[*]",
    "status.interfaces",
    "status.volumeStatus",
    "status.guestOSInfo",
    "status.fsFreezeStatus",
    "status.machine",
    "status.migrationMethod",
    "status.migrationTransport",
  ]),
  ...["status.memory", "status.currentCPUTopology"].flatMap((path) => [
    one("VirtualMachineInstance", path, "admission", "as asked for, in the create itself"),
    one("VirtualMachineInstance", path, "guests", "as it is, from Running on"),
  ]),
  one("Pod", "status.conditions[PodScheduled]", "scheduler", ""),
  one("Pod", "status.conditions[kubevirt.io/virtual-machine-unpaused]", "virtual-machine-instance", ""),
  one("Pod", "status.phase", "pods", "while its node lives"),
  one("Pod", "status.phase", "pod-garbage", "Failed, when its node is gone for good"),
  one("Pod", "status.conditions[DisruptionTarget]", "pod-garbage", ""),
  one("Pod", "status.*", "pods", ""),
  one("Node", "metadata.labels[kubevirt.io/schedulable]", "node-health", "false, when the node fell silent"),
  one("Node", "metadata.labels[kubevirt.io/schedulable]", "registration", "true, when its agent speaks"),
  one("Node", "status.conditions[*]", "registration", "what its agent sees"),
  one("Node", "status.conditions[*]", "node-lifecycle", "Unknown, while its lease is not renewed"),
  one("Node", "status.*", "registration", ""),
  one("KubeVirt", "status.*", "kubevirt", ""),
];

/** `docs/status-writers.md`, whole. */
export function renderStatusWriters(writers: readonly StatusWriter[] = statusWriters): string {
  const rows = writers.map(({ kind, path, writer, when }) => `| ${kind} | \`${path}\` | ${writer} | ${when} |`);
  return [...introduction, "", "| kind | field | writer | when |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

const introduction = [
  "# Who writes which status",
  "",
  "Made from `packages/compute/src/status-writers.ts`; a test compares the two, and holds the planners to it.",
  "",
  "Every field has one writer at a time. Where two share one, the last column says what keeps them apart, and both write only onto",
  "the version they read. `[*]` and `.*` stand for what is not listed beside them. `guests`, `pods` and `registration` live in",
  "`packages/node`, `scheduler`, `node-lifecycle` and `pod-garbage` in `packages/apiserver`, `admission` in `packages/api`, `gateway` in",
  "`packages/gateway`, the others in `packages/compute`.",
];

function of(kind: StatusWriter["kind"], writer: Writer, paths: readonly string[]): readonly StatusWriter[] {
  return paths.map((path) => one(kind, path, writer, ""));
}

function one(kind: StatusWriter["kind"], path: string, writer: Writer, when: string): StatusWriter {
  return { kind, path, writer, when };
}
