import { type ContainerStatus, Pod } from "@peapod/api";
import { ageColumn, columnsOf, nameColumn, orElse } from "../column.ts";
import { formatAge } from "../duration.ts";

export const podColumns = columnsOf(Pod, [
  nameColumn,
  {
    name: "Ready",
    type: "string",
    description: "Containers that are ready, of all there are.",
    cell: (pod) => `${summary(pod).ready}/${summary(pod).total}`,
  },
  {
    name: "Status",
    type: "string",
    description: "What the pod is doing, or what keeps it from it.",
    cell: (pod) => summary(pod).status,
  },
  {
    name: "Restarts",
    type: "string",
    description: "How often containers were restarted, and when last.",
    cell: (pod, now) => {
      const { restarts, lastRestart } = summary(pod);
      return restarts > 0 && lastRestart ? `${restarts} (${formatAge(lastRestart, now)} ago)` : String(restarts);
    },
  },
  ageColumn,
  {
    name: "IP",
    type: "string",
    priority: 1,
    description: "Address of the pod.",
    cell: (pod) => orElse(pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP, "<none>"),
  },
  {
    name: "Node",
    type: "string",
    priority: 1,
    description: "Node the pod is bound to.",
    cell: (pod) => orElse(pod.spec?.nodeName, "<none>"),
  },
  {
    name: "Nominated Node",
    type: "string",
    priority: 1,
    description: "Node on which others are removed to make room for the pod.",
    cell: (pod) => orElse(pod.status?.nominatedNodeName, "<none>"),
  },
  {
    name: "Readiness Gates",
    type: "string",
    priority: 1,
    description: "Further conditions that have to be true before the pod counts as ready.",
    cell: (pod) => {
      const gates = pod.spec?.readinessGates ?? [];
      const isTrue = (type: string) =>
        pod.status?.conditions?.some((one) => one.type === type && one.status === "True");
      return gates.length === 0
        ? "<none>"
        : `${gates.filter((gate) => isTrue(gate.conditionType)).length}/${gates.length}`;
    },
  },
]);

interface Summary {
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  readonly lastRestart: string | undefined;
}

/** kubectl's idea of a pod in one word: the most telling reason of its containers, in upstream's order of precedence. */
function summary(pod: Pod): Summary {
  const { spec, status } = pod;
  const isGated = status?.conditions?.some((one) => one.type === "PodScheduled" && one.reason === "SchedulingGated");
  const first = orElse(status?.reason, isGated ? "SchedulingGated" : (status?.phase ?? ""));
  const sidecars = (spec?.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  const isSidecar = ({ name }: ContainerStatus) => sidecars.some((container) => container.name === name);
  const started = status?.initContainerStatuses ?? [];
  const starting = initStatus(pod, isSidecar);
  const isStarting = starting.reason !== undefined && !isInitialized(pod);
  const running = containersStatus(pod, starting.reason ?? first);
  const counted = isStarting ? started : [...started.filter(isSidecar), ...(status?.containerStatuses ?? [])];
  return {
    status: ending(pod, isStarting ? (starting.reason ?? first) : running.reason),
    ready: starting.ready + (isStarting ? 0 : running.ready),
    total: (spec?.containers ?? []).length + sidecars.length,
    restarts: counted.reduce((sum, container) => sum + container.restartCount, 0),
    lastRestart: counted
      .map((container) => container.lastState?.terminated?.finishedAt)
      .filter((time) => time !== undefined)
      .toSorted()
      .at(-1),
  };
}

/** The first init container that is not through yet says what the pod waits for. */
function initStatus(pod: Pod, isSidecar: (container: ContainerStatus) => boolean) {
  let ready = 0;
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const { terminated, waiting } = container.state ?? {};
    if (terminated && terminated.exitCode === 0) continue;
    if (isSidecar(container) && container.started === true) {
      if (container.ready) ready++;
      continue;
    }
    const total = (pod.spec?.initContainers ?? []).length;
    const waits = waiting?.reason && waiting.reason !== "PodInitializing" ? waiting.reason : `${index}/${total}`;
    return { reason: `Init:${terminated ? endOf(container) : waits}`, ready };
  }
  return { reason: undefined, ready };
}

function isInitialized(pod: Pod): boolean {
  return pod.status?.conditions?.some((one) => one.type === "Initialized" && one.status === "True") ?? false;
}

/** The reason of the first container that has one counts most. */
function containersStatus(pod: Pod, before: string): { readonly reason: string; readonly ready: number } {
  let reason = before;
  let ready = 0;
  let hasRunning = false;
  for (const container of (pod.status?.containerStatuses ?? []).toReversed()) {
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) reason = endOf(container);
    else if (container.ready && running) {
      hasRunning = true;
      ready++;
    }
  }
  if (reason === "Completed" && hasRunning) {
    const isReady = pod.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True");
    reason = isReady ? "Running" : "NotReady";
  }
  return { reason, ready };
}

function endOf(container: ContainerStatus): string {
  const end = container.state?.terminated;
  if (end?.reason) return end.reason;
  return end?.signal ? `Signal:${end.signal}` : `ExitCode:${end?.exitCode ?? 0}`;
}

function ending(pod: Pod, status: string): string {
  if (!pod.metadata.deletionTimestamp) return status;
  if (pod.status?.reason === "NodeLost") return "Unknown";
  const hasEnded = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
  return hasEnded ? status : "Terminating";
}
