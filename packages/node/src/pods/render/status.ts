import type { ContainerStatus, Pod, PodCondition } from "@peapod/api";
import { setCondition, timestampOf } from "@peapod/machinery";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Facts, ImageState } from "../types.ts";
import { qosClassOf } from "./qos-class.ts";

type PodStatus = NonNullable<Pod["status"]>;

/** Conditions of a pod that the kubelet owns; the scheduler's and those of readiness gates are kept as they are. */
type OwnCondition = "PodReadyToStartContainers" | "Initialized" | "ContainersReady" | "Ready";

/** Images or sandbox still to come: each container says what it waits for. */
export function renderPending(pod: Pod, facts: Facts): PodStatus {
  const containerStatuses = pod.spec?.containers.map(({ name, image = "" }): ContainerStatus => {
    const found = facts.images.find(({ wanted }) => wanted.container === name);
    const waiting = found
      ? waitingFor(found.wanted.reference, found.wanted.policy, found.state)
      : { reason: "ContainerCreating" };
    return { ...statusOf(name, image), ready: false, started: false, state: { waiting } };
  });
  return {
    ...common(pod, facts),
    phase: "Pending",
    conditions: conditionsOf(pod, facts.now, {
      isReady: false,
      isSandboxReady: facts.sandbox?.state === "standing" && facts.isSandboxStanding,
      sandboxTrouble: facts.sandboxTrouble,
    }),
    containerStatuses: containerStatuses ?? [],
  };
}

/** The sandbox stands and its images are here: whoever runs guests may start one. */
export function renderRunning(pod: Pod, facts: Facts, sandbox: Sandbox): PodStatus {
  const startedAt = runningSince(pod) ?? timestampOf(facts.now);
  const containerStatuses = pod.spec?.containers.map(({ name, image = "" }): ContainerStatus => {
    const found = facts.images.find(({ wanted }) => wanted.container === name);
    const imageID = found?.state.is === "ready" ? found.state.imageId : "";
    return {
      ...statusOf(name, image),
      imageID,
      containerID: `peapod://${sandbox.instance}-${sandbox.number}/${name}`,
      ready: true,
      started: true,
      state: { running: { startedAt } },
    };
  });
  const podIPs = sandbox.interfaces[0]?.addresses.map((address) => ({ ip: address.split("/")[0] ?? "" })) ?? [];
  return {
    ...common(pod, facts),
    phase: "Running",
    conditions: conditionsOf(pod, facts.now, { isReady: true, isSandboxReady: true }),
    ...(podIPs[0] && { podIP: podIPs[0].ip, podIPs }),
    containerStatuses: containerStatuses ?? [],
  };
}

/** The guest is gone: final, whatever comes. */
export function renderFailed(
  pod: Pod,
  facts: Facts,
  how: { readonly failed: boolean; readonly reason: string; readonly message: string; readonly at: string },
): PodStatus {
  const finishedAt = timestampOf(new Date(how.at));
  const terminated = {
    exitCode: how.failed ? 1 : 0,
    reason: how.failed ? "Error" : "Completed",
    message: how.message,
    finishedAt,
    ...(runningSince(pod) !== undefined && { startedAt: runningSince(pod) }),
  };
  const containerStatuses = pod.spec?.containers.map(
    ({ name, image = "" }): ContainerStatus => ({
      ...(pod.status?.containerStatuses?.find((status) => status.name === name) ?? statusOf(name, image)),
      ready: false,
      started: false,
      state: { terminated },
    }),
  );
  const completed = how.failed ? "PodFailed" : "PodCompleted";
  return {
    ...pod.status,
    ...common(pod, facts),
    phase: how.failed ? "Failed" : "Succeeded",
    ...(how.failed && { reason: how.reason, message: how.message }),
    conditions: conditionsOf(pod, facts.now, { isReady: false, isSandboxReady: false, because: completed }),
    containerStatuses: containerStatuses ?? [],
  };
}

function common(pod: Pod, facts: Facts): PodStatus {
  const hostIPs = facts.hostIps.map((ip) => ({ ip }));
  return {
    ...(hostIPs[0] && { hostIP: hostIPs[0].ip, hostIPs }),
    startTime: pod.status?.startTime ?? timestampOf(facts.now),
    qosClass: pod.status?.qosClass ?? qosClassOf(pod),
  };
}

function conditionsOf(
  pod: Pod,
  now: Date,
  {
    isReady,
    isSandboxReady,
    because = "ContainersNotReady",
    sandboxTrouble,
  }: { isReady: boolean; isSandboxReady: boolean; because?: string; sandboxTrouble?: string | undefined },
): readonly PodCondition[] {
  const unready = (pod.spec?.containers ?? []).map(({ name }) => name).join(" ");
  const notReady = { reason: because, message: `containers with unready status: [${unready}]` };
  const openGates = (pod.spec?.readinessGates ?? []).filter(({ conditionType }) => !isTrue(pod, conditionType));
  const gateMessages = openGates.map(({ conditionType }) =>
    pod.status?.conditions?.some(({ type }) => type === conditionType)
      ? `the status of pod readiness gate "${conditionType}" is not "True", but ${statusOfCondition(pod, conditionType)}`
      : `corresponding condition of pod readiness gate "${conditionType}" does not exist.`,
  );
  const ready =
    isReady && openGates.length > 0
      ? { reason: "ReadinessGatesNotReady", message: gateMessages.join(", ") }
      : isReady
        ? {}
        : notReady;
  const wanted: readonly (readonly [OwnCondition, boolean, object])[] = [
    [
      "PodReadyToStartContainers",
      isSandboxReady,
      isSandboxReady || sandboxTrouble === undefined
        ? {}
        : { reason: "FailedCreatePodSandBox", message: sandboxTrouble },
    ],
    ["Initialized", true, because === "PodCompleted" ? { reason: because } : {}],
    ["ContainersReady", isReady, isReady ? {} : notReady],
    ["Ready", isReady && openGates.length === 0, ready],
  ];
  return wanted.reduce<readonly PodCondition[]>(
    (conditions, [type, is, more]) => setCondition(conditions, { type, status: is ? "True" : "False", ...more }, now),
    pod.status?.conditions ?? [],
  );
}

function waitingFor(
  reference: string,
  policy: string,
  state: ImageState,
): { readonly reason: string; readonly message?: string } {
  switch (state.is) {
    case "ready":
      return { reason: "ContainerCreating" };
    case "absent":
      if (policy !== "Never") return { reason: "ContainerCreating" };
      return {
        reason: "ErrImageNeverPull",
        message: `Container image "${reference}" is not present with pull policy of Never`,
      };
    case "pulling":
      // A new try does not take back that the last one failed, until something comes.
      if (state.failedBefore !== undefined && state.progress === undefined)
        return backingOff(reference, state.failedBefore);
      return {
        reason: "ContainerCreating",
        message: `Pulling image "${reference}"${state.progress ? `: ${state.progress}` : ""}`,
      };
    case "failed":
      return state.isRepeated
        ? backingOff(reference, state.message)
        : { reason: "ErrImagePull", message: state.message };
  }
}

function backingOff(reference: string, because: string): { readonly reason: string; readonly message: string } {
  return { reason: "ImagePullBackOff", message: `Back-off pulling image "${reference}": ErrImagePull: ${because}` };
}

function statusOf(name: string, image: string): ContainerStatus {
  return { name, image, imageID: "", ready: false, restartCount: 0 };
}

function runningSince(pod: Pod): string | undefined {
  return pod.status?.containerStatuses?.[0]?.state?.running?.startedAt;
}

function isTrue(pod: Pod, type: string): boolean {
  return statusOfCondition(pod, type) === "True";
}

function statusOfCondition(pod: Pod, type: string): string | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type)?.status;
}
